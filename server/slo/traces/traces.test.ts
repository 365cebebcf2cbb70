import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { traceIdOf } from '../../platform'
import { budgetOf, decideTrace, endedTrace, type Budget, type EndedTrace } from './decide-trace'
import { traceStages } from './model'
import { endOf, summariseTrace, waterfall } from './summarise-trace'
import type { SpanRow } from './trace-store'

const plenty: Budget = { error: 1e9, slow: 1e9, asked: 1e9, sampled: 1e9 }
const limits = { eventUs: 5_000_000, readUs: 300_000, runFactor: 2 }

const us = fc.integer({ min: 0, max: 20_000_000 })
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null })
const ended: fc.Arbitrary<EndedTrace> = fc.record({
  traceId: fc.nat().map((n) => traceIdOf(n)),
  hasError: fc.boolean(),
  wasAsked: fc.boolean(),
  durationUs: us,
  eventUs: orNull(us),
  readUs: orNull(us),
  run: orNull(fc.record({ us, usualUs: orNull(us) })),
})

/** The rule, said again plainly. */
function isWorthKeeping(trace: EndedTrace): boolean {
  const { hasError, wasAsked, eventUs, readUs, run, traceId } = trace
  const oneInAHundred = parseInt(traceId.slice(24), 16) / 2 ** 32 < 0.01
  return hasError || (eventUs ?? 0) > 5e6 || (readUs ?? 0) > 3e5 || wasAsked || run !== null || oneInAHundred
}

describe('the decision on a trace', () => {
  it('keeps every error and every slow one while there is room, and drops the rest', () => {
    fc.assert(
      fc.property(ended, (trace) => {
        const kept = decideTrace(trace, limits, { ...plenty })
        expect(kept !== null).toBe(isWorthKeeping(trace))
        if (trace.hasError) expect(kept).toBe('error')
        else if ((trace.eventUs ?? 0) > 5e6 || (trace.readUs ?? 0) > 3e5) expect(kept).toBe('slow')
      }),
      { numRuns: 2_000 },
    )
  })

  it('[law 11] keeps no more of a kind than its budget, however many come', () => {
    fc.assert(
      fc.property(fc.array(ended, { maxLength: 200 }), fc.integer({ min: 0, max: 20 }), (traces, room) => {
        const budget = { error: room, slow: room, asked: room, sampled: room }
        const kept = traces.map((trace) => decideTrace(trace, limits, budget)).filter((k) => k !== null)
        for (const kind of ['error', 'slow', 'asked', 'sampled'] as const)
          expect(kept.filter((k) => k === kind).length).toBeLessThanOrEqual(room)
      }),
    )
  })

  it('decides the same on the same trace again', () => {
    fc.assert(
      fc.property(ended, (trace) => {
        expect(decideTrace(trace, limits, { ...plenty })).toBe(decideTrace(trace, limits, { ...plenty }))
      }),
    )
  })

  it('a run is slow beyond twice what is usual, and never where nothing is usual yet', () => {
    const run = (usualUs: number | null): EndedTrace => ({
      traceId: traceIdOf(1),
      hasError: false,
      wasAsked: false,
      durationUs: 2_100_000,
      eventUs: null,
      readUs: null,
      run: { us: 2_100_000, usualUs },
    })
    expect(decideTrace(run(1_000_000), limits, { ...plenty })).toBe('slow')
    expect(decideTrace(run(1_050_000), limits, { ...plenty })).toBe('sampled')
    expect(decideTrace(run(null), limits, { ...plenty })).toBe('sampled')
  })

  it('a look that comes late may keep more, but not without end', () => {
    expect(budgetOf(10).asked).toBe(500)
    expect(budgetOf(1e6)).toEqual(budgetOf(60))
  })
})

const spans: fc.Arbitrary<SpanRow[]> = fc
  .array(
    fc.record({
      startUs: fc.integer({ min: 0, max: 300 }),
      durationUs: fc.integer({ min: 0, max: 100 }),
      stage: fc.constantFrom(...traceStages),
      parent: fc.option(fc.nat({ max: 14 }), { nil: null }),
      failed: fc.boolean(),
    }),
    { minLength: 1, maxLength: 15 },
  )
  .map((all) =>
    all.map(({ startUs, durationUs, stage, parent, failed }, i) => ({
      traceId: traceIdOf('t'),
      spanId: String(i).padStart(16, '0'),
      parentId: parent === null ? null : String(parent).padStart(16, '0'),
      name: `span ${i}`,
      stage,
      pipeline: null,
      startUs,
      durationUs,
      status: failed ? ('error' as const) : ('ok' as const),
      attributes: {},
      process: 'test@here:1',
    })),
  )

describe('the figures of a trace', () => {
  it('by stage add up to its duration, and equal a count of every microsecond', () => {
    fc.assert(
      fc.property(spans, (all) => {
        const shape = summariseTrace(all)
        const start = Math.min(...all.map((span) => span.startUs))
        const end = Math.max(...all.map(endOf))
        const counted: Record<string, number> = {}
        for (let at = start; at < end; at++) {
          // Of those under way, the last begun; of equals the one that ends first is the innermost.
          const open = all
            .filter((span) => span.startUs <= at && endOf(span) > at)
            .sort((a, b) => a.startUs - b.startUs || endOf(b) - endOf(a))
          const stage = open.at(-1)?.stage ?? 'wait'
          counted[stage] = (counted[stage] ?? 0) + 1
        }
        expect(shape?.stages).toEqual(counted)
        expect(shape?.durationUs).toBe(end - start)
        expect(shape?.status).toBe(all.some(({ status }) => status === 'error') ? 'error' : 'ok')
      }),
    )
  })

  it('lose no span in the waterfall, whatever its parents, and put parents before children', () => {
    fc.assert(
      fc.property(spans, (all) => {
        const placed = waterfall(all)
        expect(placed.map(({ span }) => span.spanId).sort()).toEqual(all.map(({ spanId }) => spanId).sort())
        const at = new Map(placed.map(({ span }, i) => [span.spanId, i]))
        for (const { span, depth } of placed)
          if (depth > 0) expect(at.get(span.parentId ?? '')).toBeLessThan(at.get(span.spanId) ?? -1)
      }),
    )
  })

  it('of an event leave out what is not its way, and of a run find the longest', () => {
    const span = (stage: string, startUs: number, durationUs: number, parentId: string | null): SpanRow => ({
      traceId: 't',
      spanId: `${stage}${startUs}`,
      parentId,
      name: stage,
      stage,
      pipeline: 'sales',
      startUs,
      durationUs,
      status: 'ok',
      attributes: stage === 'gateway' ? { asked: true } : {},
      process: 'p',
    })
    const way = [
      span('gateway', 0, 10, 'producer'),
      span('log', 2, 6, 'gateway0'),
      span('speed', 8, 20, 'log2'),
      span('commit', 28, 12, 'speed8'),
      span('read', 9_000, 50, null),
      span('batch', 100, 700, null),
    ]
    expect(endedTrace('t', way, () => 300)).toEqual({
      traceId: 't',
      hasError: false,
      wasAsked: true,
      durationUs: 9_050,
      eventUs: 40,
      readUs: 50,
      run: { us: 700, usualUs: 300 },
    })
  })
})
