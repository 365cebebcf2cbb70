import { expect, test } from 'vitest'
import { aJob } from '@/components/job/testing'
import { isFiltered, matchesJob, mergeJobs } from './job-filter'

const none = { pipeline: null, kind: null, status: null }

test('each filter leaves what it names, open means queued or running', () => {
  const job = aJob({ pipeline: 'p', kind: 'backfill', status: 'queued' })
  expect(matchesJob(job, none)).toBe(true)
  expect(matchesJob(job, { ...none, pipeline: 'q' })).toBe(false)
  expect(matchesJob(job, { ...none, kind: 'reconcile' })).toBe(false)
  expect(matchesJob(job, { ...none, status: 'open' })).toBe(true)
  expect(matchesJob({ ...job, status: 'failed' }, { ...none, status: 'open' })).toBe(false)
  expect([isFiltered(none), isFiltered({ ...none, kind: 'preview' })]).toEqual([false, true])
})

test('a job that is live and was read once is shown once, as it is now; open ones first, then newest', () => {
  const live = [aJob({ id: 'a', status: 'running', createdAt: 1 })]
  const read = [
    aJob({ id: 'a', status: 'queued', createdAt: 1 }),
    aJob({ id: 'b', status: 'succeeded', createdAt: 2 }),
    aJob({ id: 'c', status: 'failed', createdAt: 3 }),
  ]
  expect(mergeJobs(live, read).map(({ id, status }) => `${id} ${status}`)).toEqual([
    'a running',
    'c failed',
    'b succeeded',
  ])
})
