import { expect, test } from 'vitest'
import { failingJobs } from './failing'
import type { FailedRun } from './triage-store'

const run = (over: Partial<FailedRun>): FailedRun => ({
  id: 'a',
  kind: 'scheduled',
  pipeline: 'departures',
  status: 'failed',
  at: 1,
  error: 'chunk 3 of 40 failed',
  attempts: 3,
  maxAttempts: 3,
  items: [{ from: 0, to: 10, status: 'failed', error: null }],
  followedBy: null,
  ...over,
})

test('runs that failed for one reason are one line: the newest, and how often', () => {
  const lines = failingJobs(
    [
      run({ id: 'a', at: 1 }),
      run({ id: 'b', at: 5, error: 'chunk 7 of 40 failed' }),
      run({ id: 'c', error: 'else' }),
    ],
    10,
  )
  expect(lines.map(({ id, times }) => [id, times])).toEqual([
    ['b', 2],
    ['c', 1],
  ])
})

test('the retry covers what failed and names the run; a run without ranges is looked at', () => {
  const items = [
    { from: 0, to: 10, status: 'succeeded', error: null },
    { from: 10, to: 20, status: 'failed', error: 'x' },
    { from: 20, to: 30, status: 'failed', error: 'x' },
  ]
  expect(failingJobs([run({ status: 'partial', items })], 1)[0]?.action).toEqual({
    label: 'Retry 2 failed…',
    plan: {
      kind: 'backfill',
      pipeline: 'departures',
      from: 10,
      to: 30,
      options: { mode: 'failed', retryOf: 'a' },
    },
  })
  expect(failingJobs([run({ items: [] })], 1)[0]?.action).toEqual({
    label: 'Open the job',
    href: '/jobs?job=a',
  })
})

test('what a later run has done needs nobody, and stands last', () => {
  const lines = failingJobs(
    [
      run({ id: 'done', at: 9, pipeline: 'p', followedBy: { id: 'n', status: 'succeeded', at: 10 } }),
      run({ id: 'open', at: 2 }),
    ],
    10,
  )
  expect(lines.map(({ id, action }) => [id, action !== null])).toEqual([
    ['open', true],
    ['done', false],
  ])
})
