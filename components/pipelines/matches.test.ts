import { expect, test } from 'vitest'
import type { PipelineListItem } from '@/server/api'
import { matches } from './matches'

const pipeline = {
  name: 'departures',
  title: 'Departures by airport',
  owner: 'network-ops',
  tags: { team: 'ops' },
} as unknown as PipelineListItem

test('every word must occur somewhere, in any case', () => {
  expect(matches(pipeline, 'AIRPORT network')).toBe(true)
  expect(matches(pipeline, 'team:ops')).toBe(true)
  expect(matches(pipeline, 'departures pricing')).toBe(false)
  expect(matches(pipeline, '')).toBe(true)
})
