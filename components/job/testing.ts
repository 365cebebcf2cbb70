import type { JobView } from '@/server/api'

/** A job of nothing in particular, for tests. */
export const aJob = (over: Partial<JobView> = {}): JobView => ({
  id: 'j',
  kind: 'backfill',
  pipeline: 'departures',
  planId: null,
  status: 'running',
  progress: 0.4,
  items: [],
  etaAt: null,
  error: null,
  attempts: 1,
  cancelRequested: false,
  pauseRequested: false,
  runAfter: 0,
  bytes: 0,
  governor: null,
  estimate: null,
  result: null,
  createdBy: 'a',
  reason: null,
  createdAt: 0,
  startedAt: 0,
  finishedAt: null,
  ...over,
})
