import { describe, expect, test } from 'vitest'
import type { PlanStep } from '@/server/api'
import { draftOfStep } from './draft-of-step'

const now = Date.UTC(2026, 0, 31, 12)
const pipelines = [{ name: 'departures', windowSizeMs: 10_000, status: { publication: 4 } }]
const step = (plan: Partial<PlanStep['plan']>): PlanStep => ({
  kind: 'plan',
  id: 'one',
  title: 'One',
  isGate: false,
  plan: { kind: 'reconcile', pipeline: 'departures', options: {}, ...plan },
})
const draft = (plan: Partial<PlanStep['plan']>) => draftOfStep(step(plan), pipelines, now)

describe('a plan step opens its dialog with everything filled in', () => {
  test('a recompute takes whole windows of the incident', () => {
    expect(draft({ from: '2026-01-31T11:00:03.000Z', to: '2026-01-31T11:10:07.000Z' })).toMatchObject({
      kind: 'reconcile',
      from: Date.UTC(2026, 0, 31, 11),
      to: Date.UTC(2026, 0, 31, 11, 10, 10),
    })
  })
  test('a pause ends after its minutes', () => {
    expect(draft({ kind: 'pause', options: { layer: 'batch', minutes: 15 } })).toMatchObject({
      layer: 'batch',
      forMs: 900_000,
    })
  })
  test('a rollback goes to the publication before', () => {
    expect(draft({ kind: 'rollback' })).toMatchObject({ to: { publication: 3 } })
  })
  test('a quarantine without a known producer leaves the choice to the person', () => {
    expect(draft({ kind: 'quarantine', options: { source: '{{producer}}' } })).toMatchObject({ source: null })
  })
  test('what cannot be known opens nothing', () => {
    expect(draft({ kind: 'cancel', options: { job: '{{job}}' } })).toBeNull()
    expect(draft({ pipeline: '{{pipeline}}' })).toBeNull()
    expect(draft({ from: 'yesterday', to: 'today' })).toBeNull()
  })
})
