import { expect, test } from 'vitest'
import type { JobItem } from '@/server/api'
import { jobLine } from './job-line'
import { aJob } from '@/components/job/testing'

const item = (over: Partial<JobItem>): JobItem => ({
  id: 'i',
  label: '',
  from: null,
  to: null,
  status: 'succeeded',
  version: null,
  rows: null,
  error: null,
  ...over,
})
const job = aJob

test('a job that the feed does not show yet is queued', () => {
  expect(jobLine('Recompute p', null, 0)).toEqual({ status: 'running', text: 'Recompute p: queued' })
})

test('a running job says how far it is and how long it takes', () => {
  expect(jobLine('X', job({}), 0).text).toBe('X: 40 %')
  const items = [item({}), item({ status: 'running' }), item({ status: 'queued' })]
  expect(jobLine('X', job({ items, etaAt: 62_000 }), 0).text).toBe('X: 1 of 3 items, 1 min 2 s left')
})

test('an ended job says what came of it', () => {
  expect(jobLine('X', job({ status: 'succeeded', items: [item({ version: 7 })] }), 0)).toEqual({
    status: 'ok',
    text: 'X: done, v7 published',
  })
  const items = [item({}), item({ status: 'failed' })]
  expect(jobLine('X', job({ status: 'partial', items }), 0)).toEqual({
    status: 'warn',
    text: 'X: 1 item of 2 failed',
  })
  expect(jobLine('X', job({ status: 'failed', error: 'File unreadable.' }), 0).text).toBe(
    'X: failed. File unreadable.',
  )
})
