import { expect, test } from 'vitest'
import type { JobItem, JobView } from '@/server/api'
import { jobOutcome, jobRange } from './job-words'

const item = (over: Partial<JobItem>): JobItem => ({
  id: '1',
  label: '',
  from: null,
  to: null,
  status: 'succeeded',
  version: null,
  rows: null,
  error: null,
  ...over,
})
const job = (over: Partial<JobView>) =>
  ({ items: [], error: null, status: 'succeeded', cancelRequested: false, ...over }) as unknown as JobView

test('the range of a job spans its items', () => {
  expect(jobRange(job({ items: [item({ from: 20, to: 30 }), item({ from: 10, to: 15 })] }))).toEqual({
    from: 10,
    to: 30,
  })
  expect(jobRange(job({}))).toBeNull()
})

test('an outcome names each version once, or the error, or that there was nothing to do', () => {
  expect(jobOutcome(job({ items: [item({ version: 4 }), item({ version: 4 }), item({ version: 5 })] }))).toBe(
    'v4, v5',
  )
  expect(jobOutcome(job({ items: [1, 2, 3, 4, 5].map((version) => item({ version })) }))).toBe(
    'v1, v2, v3 and 2 more',
  )
  expect(jobOutcome(job({ error: 'File unreadable.' }))).toBe('File unreadable.')
  expect(jobOutcome(job({}))).toBe('nothing to do')
  expect(jobOutcome(job({ status: 'running', cancelRequested: true }))).toBe('stopping')
})
