import { describe, expect, test } from 'vitest'
import { isComplete, wholeWindows } from './draft'
import type { Draft } from './draft'
import { draftTitle } from './draft-words'
import { draftOf, planRequest } from './plan-request'
import { aPlan, anItem } from './testing'
import { undoOf } from './undo'

describe('a draft', () => {
  test('is named in the words of the screen', () => {
    const from = Date.UTC(2026, 10, 18, 9, 55)
    const draft = { kind: 'backfill', pipeline: 'bag-scans', from, to: from + 35 * 60_000 } as const
    expect(draftTitle(draft, 'utc', from)).toBe('Backfill bag-scans, 09:55 to 10:30')
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

  test('waits for a producer and for a definition, for nothing else', () => {
    expect(isComplete({ kind: 'quarantine', pipeline: 'p', source: null })).toBe(false)
    expect(isComplete({ kind: 'definition', pipeline: 'p', change: null })).toBe(false)
    expect(isComplete({ kind: 'resume', pipeline: 'p', layer: 'speed' })).toBe(true)
  })

  const drafts: Draft[] = [
    { kind: 'reconcile', pipeline: 'departures', from: 0, to: 10, keys: ['ORD'] },
    {
      kind: 'backfill',
      pipeline: 'departures',
      from: 0,
      to: 10,
      mode: 'divergent',
      order: 'newest',
      runAt: 50,
      guard: { minutes: 10, divergence: 0.01 },
    },
    { kind: 'rollback', pipeline: 'departures', to: { version: 3 } },
    { kind: 'pause', pipeline: 'departures', layer: 'batch', forMs: 60_000 },
    { kind: 'pause', pipeline: 'departures', layer: 'speed', forMs: null },
    { kind: 'resume', pipeline: 'departures', layer: 'speed' },
    { kind: 'quarantine', pipeline: 'departures', source: 'urn:a' },
    { kind: 'release', pipeline: 'departures', source: 'urn:a' },
    { kind: 'restart', pipeline: 'departures', at: { cut: 'last' } },
    { kind: 'restart', pipeline: 'departures', at: { seq: 7 } },
    { kind: 'definition', pipeline: 'departures', change: { promote: true } },
    { kind: 'definition', pipeline: 'departures', change: { shadow: 'kind: Pipeline' } },
    { kind: 'cancel', pipeline: 'departures', jobId: 'j' },
  ]
  test.each(drafts)('comes back from the plan that was made of it: %j', (draft) => {
    const request = planRequest(draft, 1_000)
    const plan = aPlan({
      kind: draft.kind,
      items: [anItem({ from: 0, to: 10 })],
      keys: 'keys' in request ? (request.keys ?? null) : null,
      options: request.options ?? {},
      createdAt: 1_000,
    })
    expect(draftOf(plan)).toEqual(draft)
  })
})

describe('undo', () => {
  test('of a publication rolls back to the one before it, once there is one', () => {
    const draft: Draft = { kind: 'backfill', pipeline: 'p', from: 0, to: 1 }
    expect(undoOf(draft, aPlan(), null)).toBeNull()
    expect(undoOf(draft, aPlan(), { result: { publication: 6 } })).toEqual({
      kind: 'rollback',
      pipeline: 'p',
      to: { publication: 5 },
    })
  })

  test('of a roll back returns to the publication that the plan was made on', () => {
    const draft: Draft = { kind: 'rollback', pipeline: 'p', to: { publication: 2 } }
    expect(undoOf(draft, aPlan(), null)).toEqual({ kind: 'rollback', pipeline: 'p', to: { publication: 4 } })
  })
})
