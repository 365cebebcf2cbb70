import { describe, expect, test } from 'vitest'
import type { PlanView } from '@/server/api'
import { draftTitle, planRequest, wholeWindows } from './draft'
import { nextPlanState, readChanges } from './plan-state'
import type { PlanEvent, PlanState } from './plan-state'

const plan = { id: 'p', expiresAt: 1_000 } as PlanView
const states: PlanState[] = [
  { at: 'planning' },
  { at: 'ready', plan },
  { at: 'failed', message: 'm', code: 'c' },
  { at: 'expired', plan },
  { at: 'applying', plan },
  { at: 'refused', plan, message: 'm', code: 'c', changes: [] },
  { at: 'applied', plan, jobId: 'j' },
]
const events: PlanEvent[] = [
  { type: 'asked' },
  { type: 'planned', plan },
  { type: 'planFailed', message: 'm', code: 'c' },
  { type: 'timePassed', now: 1_000 },
  { type: 'applyStarted' },
  { type: 'applyRefused', message: 'm', code: 'c', changes: [] },
  { type: 'applySucceeded', jobId: 'j' },
]
/** Where each event leads from each state; an empty place: it stays. */
const table: Record<PlanEvent['type'], Partial<Record<PlanState['at'], PlanState['at']>>> = {
  asked: {
    ready: 'planning',
    failed: 'planning',
    expired: 'planning',
    applying: 'planning',
    refused: 'planning',
    applied: 'planning',
  },
  planned: { planning: 'ready' },
  planFailed: { planning: 'failed' },
  timePassed: { ready: 'expired' },
  applyStarted: { ready: 'applying' },
  applyRefused: { applying: 'refused' },
  applySucceeded: { applying: 'applied' },
}

test('[law 8] every state answers every event as the table says: an expired or refused plan is never applied', () => {
  for (const state of states)
    for (const event of events)
      expect(nextPlanState(state, event).at, `${state.at} + ${event.type}`).toBe(
        table[event.type][state.at] ?? state.at,
      )
})

test('a plan is good until its last millisecond', () => {
  expect(nextPlanState({ at: 'ready', plan }, { type: 'timePassed', now: 999 }).at).toBe('ready')
})

test('what moved is read from a refusal, whatever else it holds', () => {
  expect(readChanges({ changed: [{ what: 'publication', expected: 3, found: 4 }, 'the range'] })).toEqual([
    { what: 'publication', expected: '3', found: '4' },
    { what: 'the range', expected: '', found: '' },
  ])
  expect(readChanges({})).toEqual([])
})

describe('a draft', () => {
  test('becomes the request of its kind', () => {
    expect(planRequest({ kind: 'rollback', pipeline: 'p', to: { version: 3 } })).toEqual({
      kind: 'rollback',
      pipeline: 'p',
      options: { version: 3 },
    })
    expect(planRequest({ kind: 'backfill', pipeline: 'p', from: 1, to: 2 })).toMatchObject({
      options: { mode: 'all' },
    })
  })
  test('is named in the words of the screen', () => {
    const from = Date.UTC(2026, 10, 18, 9, 55)
    const draft = { kind: 'backfill', pipeline: 'bag-scans', from, to: from + 35 * 60_000 } as const
    expect(draftTitle(draft, 'utc', from)).toBe('Recompute bag-scans, 09:55 to 10:30')
  })
  test('names the state before anything was published', () => {
    const to = (publication: number) =>
      draftTitle({ kind: 'rollback', pipeline: 'p', to: { publication } }, 'utc', 0)
    expect([to(0), to(3)]).toEqual([
      'Roll back p to before the first publication',
      'Roll back p to publication 3',
    ])
  })
  test('covers whole windows that are over, at least one', () => {
    expect(wholeWindows({ from: 15, to: 38 }, 10, 1_000)).toEqual({ from: 10, to: 40 })
    expect(wholeWindows({ from: 15, to: 38 }, 10, 33)).toEqual({ from: 10, to: 30 })
    expect(wholeWindows({ from: 32, to: 38 }, 10, 33)).toEqual({ from: 20, to: 30 })
  })
})
