import { expect, test } from 'vitest'
import type { PlanView } from '@/server/api'
import { nextPlanState, readChanges, readProblems } from './plan-state'
import type { PlanEvent, PlanState } from './plan-state'

const plan = { id: 'p', state: 'ready', expiresAt: 1_000 } as PlanView
const states: PlanState[] = [
  { at: 'drafting' },
  { at: 'planning' },
  { at: 'ready', plan },
  { at: 'failed', message: 'm', code: 'c', problems: [] },
  { at: 'expired', plan },
  { at: 'applying', plan },
  { at: 'refused', plan, message: 'm', code: 'c', changes: [] },
  { at: 'applied', plan, jobId: 'j' },
]
const events: PlanEvent[] = [
  { type: 'edited' },
  { type: 'asked' },
  { type: 'planned', plan },
  { type: 'updated', plan },
  { type: 'planFailed', message: 'm', code: 'c', problems: [] },
  { type: 'timePassed', now: 1_000 },
  { type: 'applyStarted' },
  { type: 'applyRefused', message: 'm', code: 'c', changes: [] },
  { type: 'applySucceeded', jobId: 'j' },
]
/** Where each event leads from each state; an empty place: it stays. */
const table: Record<PlanEvent['type'], Partial<Record<PlanState['at'], PlanState['at']>>> = {
  edited: {
    planning: 'drafting',
    ready: 'drafting',
    failed: 'drafting',
    expired: 'drafting',
    applying: 'drafting',
    refused: 'drafting',
    applied: 'drafting',
  },
  asked: {
    drafting: 'planning',
    ready: 'planning',
    failed: 'planning',
    expired: 'planning',
    applying: 'planning',
    refused: 'planning',
    applied: 'planning',
  },
  planned: { planning: 'ready' },
  updated: {},
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

test('problems of a definition are read with their places', () => {
  expect(
    readProblems({ problems: [{ path: 'spec.window.size', value: 0, expected: 'a duration' }, 'x'] }),
  ).toEqual([{ path: 'spec.window.size', value: '0', expected: 'a duration' }])
})

test('a link to a plan that is over or done opens it as such', () => {
  const opened = (over: Partial<PlanView>) =>
    nextPlanState({ at: 'planning' }, { type: 'planned', plan: { ...plan, ...over } }).at
  expect(opened({ state: 'expired' })).toBe('expired')
  expect(opened({ state: 'applied', jobId: 'j' })).toBe('applied')
})

test('news of another plan changes nothing', () => {
  const state: PlanState = { at: 'ready', plan }
  expect(nextPlanState(state, { type: 'updated', plan: { ...plan, id: 'q' } })).toBe(state)
  const approvals = [{ by: 'b', at: 1, reason: 'r' }]
  expect(nextPlanState(state, { type: 'updated', plan: { ...plan, approvals } })).toEqual({
    at: 'ready',
    plan: { ...plan, approvals },
  })
})
