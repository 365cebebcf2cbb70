import { expect, test } from 'vitest'
import { subjectMatches } from './consumers'

test('a filter matches subjects as NATS does', () => {
  expect(subjectMatches('corrections.departures', 'corrections.departures')).toBe(true)
  expect(subjectMatches('corrections.*', 'corrections.departures')).toBe(true)
  expect(subjectMatches('corrections.>', 'corrections.departures')).toBe(true)
  expect(subjectMatches('>', 'corrections.departures')).toBe(true)
  expect(subjectMatches('corrections.arrivals', 'corrections.departures')).toBe(false)
  expect(subjectMatches('corrections.departures.>', 'corrections.departures')).toBe(false)
  expect(subjectMatches('corrections', 'corrections.departures')).toBe(false)
})
