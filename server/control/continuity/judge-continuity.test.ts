import { expect, test } from 'vitest'
import { judgeContinuity, type ContinuityFacts } from './judge-continuity'

const facts = (change: Partial<ContinuityFacts> = {}): ContinuityFacts => ({
  log: { created: '2026-01-01T00:00:00Z', firstSeq: 1, lastSeq: 100 },
  mark: { created: '2026-01-01T00:00:00Z', seq: 90, at: 5_000 },
  markedAt: 5_000,
  highest: 95,
  ...change,
})
const log = facts().log

test('a log that holds all that was counted is in step; so is any log for an empty database', () => {
  expect(judgeContinuity(facts())).toEqual({ kind: 'in step' })
  expect(judgeContinuity(facts({ mark: null, highest: 0, log: { ...log, lastSeq: 0 } }))).toEqual({
    kind: 'in step',
  })
})

test('[law 1] one that ends before what was counted, or was marked, has lost its tail', () => {
  expect(judgeContinuity(facts({ highest: 130 }))).toEqual({ kind: 'tail lost', fromSeq: 101, toSeq: 130 })
  expect(judgeContinuity(facts({ mark: { ...log, seq: 140, at: 1 }, markedAt: null }))).toMatchObject({
    kind: 'tail lost',
    toSeq: 140,
  })
  expect(judgeContinuity(facts({ mark: null, log: { ...log, lastSeq: 0 } }))).toMatchObject({ fromSeq: 1 })
})

test('[law 1] another stream, or one whose marked message is of another time, is another log', () => {
  expect(judgeContinuity(facts({ log: { ...log, created: '2026-02-02T00:00:00Z' } })).kind).toBe(
    'another log',
  )
  expect(judgeContinuity(facts({ markedAt: 6_000 })).kind).toBe('another log')
})

test('a marked message that retention has dropped says nothing', () => {
  expect(judgeContinuity(facts({ log: { ...log, firstSeq: 95 }, markedAt: null }))).toEqual({
    kind: 'in step',
  })
})
