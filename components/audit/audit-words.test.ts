import { expect, it } from 'vitest'
import { actionWord, objectPath } from './audit-words'

const entry = (action: string, object: string, detail: unknown = {}) => ({
  seq: 1,
  at: 0,
  actor: 'ada',
  action,
  object,
  detail,
  hash: '',
})

it.each([
  ['plan.apply', 'Applied plan'],
  ['layer.resume', 'Resume layer'],
  ['quarantine.release', 'Release quarantine'],
])('%s reads “%s”', (action, word) => {
  expect(actionWord(action)).toBe(word)
})

it.each([
  ['a job', entry('job.cancel', 'id 1'), '/jobs?job=id%201'],
  ['the job of a plan', entry('plan.apply', 'departures', { jobId: 'j' }), '/jobs?job=j'],
  ['a pipeline', entry('pipeline.change', 'departures'), '/pipelines/departures'],
  ['a user', entry('user.update', 'ada@example.org'), '/settings?section=people'],
  ['nothing of a sign-in', entry('session.start', 'ada@example.org'), null],
])('links %s', (_what, given, path) => {
  expect(objectPath(given)).toBe(path)
})
