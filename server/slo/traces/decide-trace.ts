import { isSampled } from '../../platform'
import type { TraceKept } from './model'
import type { SpanRow } from './trace-store'

/** What the decision needs to know of a trace that has ended. */
export interface EndedTrace {
  traceId: string
  hasError: boolean
  wasAsked: boolean
  durationUs: number
  /** From the first of gateway, log and speed to the last commit; null: no event was followed. */
  eventUs: number | null
  /** Of its longest read; null: none. */
  readUs: number | null
  /** Of its longest run, with what runs of its kind take; null: none. */
  run: { us: number; usualUs: number | null } | null
}

/** Beyond these a trace is slow, in microseconds. */
export interface SlowLimits {
  eventUs: number
  readUs: number
  /** Times what is usual. */
  runFactor: number
}

/** How many more traces may be kept of each kind now. */
export type Budget = Record<TraceKept, number>

export const readSlowUs = 300_000
export const runSlowFactor = 2

const isSlow = (trace: EndedTrace, limits: SlowLimits): boolean =>
  (trace.eventUs !== null && trace.eventUs > limits.eventUs) ||
  (trace.readUs !== null && trace.readUs > limits.readUs) ||
  (trace.run?.usualUs != null && trace.run.us > limits.runFactor * trace.run.usualUs)

/**
 * Why a trace is kept, the first reason that holds; null: it is dropped. Runs are few, and each is kept: what a failed
 * run did differently shows beside one that went well.
 */
function reasonOf(trace: EndedTrace, limits: SlowLimits): TraceKept | null {
  if (trace.hasError) return 'error'
  if (isSlow(trace, limits)) return 'slow'
  if (trace.wasAsked) return 'asked'
  return trace.run !== null || isSampled(trace.traceId) ? 'sampled' : null
}

/** The decision within the budget, which it uses up. */
export function decideTrace(trace: EndedTrace, limits: SlowLimits, budget: Budget): TraceKept | null {
  const reason = reasonOf(trace, limits)
  if (reason === null || budget[reason] <= 0) return null
  budget[reason]--
  return reason
}

/** Per second, over all processes; errors and slow ones come in storms, and the first of a storm tell what it is. */
const keptPerSecond: Budget = { error: 20, slow: 20, asked: 50, sampled: 5 }

/** Of a look that covers so many seconds. */
export function budgetOf(seconds: number): Budget {
  const share = Math.min(60, Math.max(1, seconds))
  return {
    error: keptPerSecond.error * share,
    slow: keptPerSecond.slow * share,
    asked: keptPerSecond.asked * share,
    sampled: keptPerSecond.sampled * share,
  }
}

const eventStages = new Set(['gateway', 'log', 'speed', 'commit'])

/** `usualUs`: what a run of this pipeline and kind takes; null: not known. */
export function endedTrace(
  traceId: string,
  spans: readonly SpanRow[],
  usualUs: (run: SpanRow) => number | null,
): EndedTrace {
  const of = (stages: ReadonlySet<string>) => spans.filter(({ stage }) => stages.has(stage))
  const events = of(eventStages)
  const reads = of(new Set(['read']))
  const runs = spans.filter(({ stage, parentId }) => stage === 'batch' && parentId === null)
  const run = runs.reduce<SpanRow | null>(
    (longest, span) => (longest === null || span.durationUs > longest.durationUs ? span : longest),
    null,
  )
  return {
    traceId,
    hasError: spans.some(({ status }) => status === 'error'),
    wasAsked: spans.some(({ attributes }) => attributes.asked === true),
    durationUs: extent(spans),
    eventUs: events.some(({ stage }) => stage === 'commit') ? extent(events) : null,
    readUs: reads.length === 0 ? null : Math.max(...reads.map(({ durationUs }) => durationUs)),
    run: run === null ? null : { us: run.durationUs, usualUs: usualUs(run) },
  }
}

const extent = (spans: readonly SpanRow[]): number =>
  spans.reduce((end, { startUs, durationUs }) => Math.max(end, startUs + durationUs), -Infinity) -
  spans.reduce((start, { startUs }) => Math.min(start, startUs), Infinity)
