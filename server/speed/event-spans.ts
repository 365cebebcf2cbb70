import { eventSpanId, type DeadEvent } from '../log'
import type { EventBatch } from '../pipeline'
import {
  admitEventTrace,
  formatTraceparent,
  newSpanId,
  noteDroppedTraces,
  nowUs,
  readTraceparent,
  recordSpan,
  type TraceContext,
} from '../platform'
import { limits } from './limits'

/** An event that carries a trace, from when it was folded to when its cells are committed. */
export interface TracedEvent {
  context: TraceContext
  source: string
  id: string
  seq: number
  isDirect: boolean
  logTime: number
  foldedUs: number
}

interface Folder {
  computeId: number
  pipeline: string
  partition: number
}

/** Keeps of a batch's traces those that someone will fold now, as far as the second's share of them goes. */
export function admitTraces(batch: EventBatch, afterSeq: number, now: number): void {
  if (batch.traced == null) return
  batch.traced = batch.traced.filter(
    ({ row }) => (batch.seq[row] as number) > afterSeq && admitEventTrace(now),
  )
}

/** The traces of what was just folded: rows after `afterSeq`. */
export function tracedIn(batch: EventBatch, afterSeq: number): TracedEvent[] {
  if (batch.traced == null || batch.traced.length === 0) return []
  const foldedUs = nowUs()
  return batch.traced.flatMap(({ row, traceparent, isDirect }) => {
    const context = readTraceparent(traceparent)
    const seq = batch.seq[row] as number
    if (context === null || seq <= afterSeq) return []
    const source = batch.source[row] as string
    const id = batch.id[row] as string
    return [{ context, source, id, seq, isDirect, logTime: batch.logTime[row] as number, foldedUs }]
  })
}

/** While the database is away, a task holds so many traces and no more. */
export function holdTraces(held: TracedEvent[], more: readonly TracedEvent[]): void {
  const room = Math.max(0, limits.tracedPerCommit - held.length)
  held.push(...more.slice(0, room))
  if (more.length > room) noteDroppedTraces(more.length - room)
}

/**
 * Waiting in the log and being folded (`speed`), then waiting for the commit and being written (`commit`). An event
 * that no gateway has told of has its place in the log told here.
 */
export function recordCommitted(traced: readonly TracedEvent[], by: Folder): void {
  const committedUs = nowUs()
  for (const event of traced) {
    const { context, seq, isDirect, logTime, foldedUs } = event
    const { traceId, asked } = context
    const common = { traceId, asked, status: 'ok' } as const
    const loggedUs = Math.round(logTime * 1_000)
    const appendId = eventSpanId('append', traceId, event)
    const foldId = eventSpanId('fold', traceId, event, by.computeId)
    if (isDirect)
      recordSpan({
        ...common,
        spanId: appendId,
        parentId: context.spanId,
        name: 'append',
        stage: 'log',
        startUs: loggedUs,
        durationUs: 0,
        attributes: { direct: true, seq },
      })
    recordSpan({
      ...common,
      spanId: foldId,
      parentId: appendId,
      name: 'fold',
      stage: 'speed',
      startUs: Math.min(loggedUs, foldedUs),
      durationUs: Math.max(0, foldedUs - loggedUs),
      attributes: { pipeline: by.pipeline, partition: by.partition, seq },
    })
    recordSpan({
      ...common,
      spanId: eventSpanId('commit', traceId, event, by.computeId),
      parentId: foldId,
      name: 'commit',
      stage: 'commit',
      startUs: foldedUs,
      durationUs: Math.max(0, committedUs - foldedUs),
      attributes: { pipeline: by.pipeline, partition: by.partition, seq },
    })
  }
}

/** An event that could not be folded: its trace ends here, with the reason. */
export function recordParked(dead: DeadEvent, pipeline: string): void {
  const context = readTraceparent(dead.traceparent)
  if (context === null || !admitEventTrace(Date.now())) return
  const { traceId, asked } = context
  const startUs = Math.round(dead.logTime * 1_000)
  recordSpan({
    traceId,
    asked,
    spanId: newSpanId(),
    parentId: eventSpanId('append', traceId, { source: dead.source ?? '', id: dead.id ?? '' }),
    name: 'fold',
    stage: 'speed',
    startUs,
    durationUs: Math.max(0, nowUs() - startUs),
    status: 'error',
    attributes: { pipeline, seq: dead.seq, code: dead.rejection.code, error: dead.rejection.message },
  })
}

/** For those who are shown a commit: their spans hang below it. */
export const viewTraces = (traced: readonly TracedEvent[], computeId: number): string[] =>
  traced.slice(0, limits.tracesPerViewMessage).map((event) =>
    formatTraceparent({
      ...event.context,
      spanId: eventSpanId('commit', event.context.traceId, event, computeId),
    }),
  )
