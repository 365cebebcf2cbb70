import { expect, test } from 'vitest'
import type { JobItem } from '@/server/api'
import { itemsDone, jobOutcome, jobRange, openState, plannedAndActual } from './job-words'
import { aJob } from './testing'

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
const job = aJob

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
  expect(jobOutcome(job({ status: 'succeeded' }))).toBe('nothing to do')
  expect(jobOutcome(job({ status: 'running', cancelRequested: true }))).toBe('stopping')
})

test('an open job says where it stands, and what the governor holds against it', () => {
  const word = (over: Parameters<typeof job>[0]) => openState(job(over), 'utc', 10_000)
  expect(word({}).word).toBe('running')
  expect(word({ status: 'queued' }).word).toBe('queued')
  expect(word({ status: 'queued', runAfter: 60_000 }).word).toBe('starts 00:01:00')
  expect(word({ status: 'queued', pauseRequested: true }).word).toBe('paused')
  expect(word({ pauseRequested: true }).word).toBe('pausing')
  expect(word({ cancelRequested: true, pauseRequested: true }).word).toBe('stopping')
  const governor = { state: 'held', reasons: ['freshness burns'], since: 0, heldMs: 0 } as const
  expect(word({ governor: { ...governor, reasons: [...governor.reasons] } })).toEqual({
    word: 'held',
    why: 'freshness burns',
  })
})

test('what it took stands beside what was planned', () => {
  const estimate = {
    seconds: 110,
    slowSeconds: null,
    bytes: 2_000,
    events: 1,
    cost: 0,
    basis: '',
    quota: null,
  }
  expect(plannedAndActual(job({ startedAt: 0, finishedAt: 104_000, bytes: 1_900, estimate }), 0)).toEqual([
    { name: 'Duration', actual: '1 min 44 s', planned: '1 min 50 s' },
    { name: 'Read', actual: '1.9 kB', planned: '2 kB' },
  ])
  expect(plannedAndActual(job({ startedAt: null }), 0)).toEqual([])
})

test('items done are counted against all, failures named', () => {
  const items = [item({}), item({ status: 'failed' }), item({ status: 'queued' })]
  expect(itemsDone(job({ items }))).toBe('1 of 3, 1 failed')
})
