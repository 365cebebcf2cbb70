import type { Definition } from '../../pipeline'
import type { EventFate, ExplainedEvent } from './model'

/** What the two layers decide about one event, each from log order alone, and where it stands to the cut. */
export interface EventDecision {
  seq: number
  index: number
  logTime: number
  passes: boolean
  usableKey: boolean
  /** First occurrence of its identity in the log: the one batch counts. */
  winner: boolean
  /** Speed had met its identity within the dedupe horizon. */
  metBySpeed: boolean
  late: boolean
  /** In a stretch the speed layer could not read. */
  inSpeedHole: boolean
  /** The speed layer has not come to it yet. */
  unread: boolean
  beforeCut: boolean
  /** Put back into the log after quarantine or another repair. */
  redriven: boolean
  /** Not in the log: its producer was in quarantine when it came. */
  kept: boolean
  firstAt: { seq: number; index: number; logTime: number } | null
  /** The watermark it met; null: none yet. */
  watermark: number | null
}

export interface FateContext {
  definition: Pick<Definition, 'lateness' | 'dedupeHorizonMs' | 'windowSizeMs' | 'filter' | 'key'>
  windowStart: number
  /** Number of the version that answers; null: speed alone. */
  version: number | null
}

type Mark = Pick<
  ExplainedEvent,
  'fate' | 'countedBy' | 'served' | 'differs' | 'afterCut' | 'reason' | 'lateByMs'
>

/** Marks an event: counted by which layer, part of the served figure or not, and why. */
export function markEvent(event: EventDecision, context: FateContext): Mark {
  const { lateness, windowSizeMs } = context.definition
  const usable = event.passes && event.usableKey
  const bySpeed =
    usable &&
    !event.kept &&
    !event.metBySpeed &&
    !event.inSpeedHole &&
    !event.unread &&
    !(event.late && lateness.beyond === 'defer')
  const byBatchRules = usable && event.winner
  const byBatch = byBatchRules && event.beforeCut && !event.kept
  const closedAt = context.windowStart + windowSizeMs + lateness.allowedMs
  const lateByMs = event.late && event.watermark !== null ? event.watermark - closedAt : null
  const fate = fateOf(event, { bySpeed, byBatchRules })
  return {
    fate,
    countedBy: bySpeed ? (byBatch ? 'both' : 'speed') : byBatch ? 'batch' : 'neither',
    served: event.beforeCut ? byBatch : bySpeed,
    differs: !event.unread && bySpeed !== byBatchRules,
    afterCut: !event.beforeCut,
    lateByMs,
    reason: sentence([...why(fate, event, { ...context, lateByMs }), ...standing(fate, event, context)]),
  }
}

function fateOf(
  event: EventDecision,
  { bySpeed, byBatchRules }: { bySpeed: boolean; byBatchRules: boolean },
): EventFate {
  if (!event.passes) return 'filtered'
  if (!event.usableKey) return 'unusable_key'
  if (event.kept) return 'quarantined'
  if (event.unread) return event.winner ? 'unread' : 'duplicate'
  if (bySpeed) return byBatchRules ? 'counted' : 'missed_duplicate'
  if (!event.winner) return 'duplicate'
  if (event.inSpeedHole) return 'hole'
  return event.metBySpeed ? 'duplicate' : 'late'
}

function why(
  fate: EventFate,
  event: EventDecision,
  context: FateContext & { lateByMs: number | null },
): string[] {
  const { filter, key, dedupeHorizonMs } = context.definition
  const closedFor =
    context.lateByMs === null ? '' : `: its window had been closed for ${span(context.lateByMs)}`
  const first = event.firstAt === null ? 'an earlier event' : `message ${position(event.firstAt)}`
  switch (fate) {
    case 'counted':
      return event.late
        ? [`late${closedFor}, counted all the same`]
        : event.redriven
          ? ['put back into the log, and counted']
          : ['counted']
    case 'late':
      return [`late${closedFor}, so speed left it to batch`]
    case 'duplicate':
      return [`duplicate of ${first}, skipped by both layers`]
    case 'missed_duplicate':
      return [
        `duplicate of ${first}${gapOf(event)}, which speed no longer knew (it remembers ${span(dedupeHorizonMs)} of a partition) and counted again`,
      ]
    case 'filtered':
      return [`filtered: ${filter?.text ?? 'the filter'} is not true`]
    case 'unusable_key':
      return [`no usable key: ${key.map(({ text }) => text).join(', ')} has no value, or one above 512 bytes`]
    case 'hole':
      return ['the speed layer could not read this stretch of the log']
    case 'unread':
      return ['not folded by the speed layer yet']
    case 'quarantined':
      return ['kept aside, because its producer is in quarantine: it counts once it is put back into the log']
  }
}

/** What the cut makes of it. */
function standing(fate: EventFate, event: EventDecision, { version }: FateContext): string[] {
  const name = version === null ? 'no version answers yet' : `v${version}`
  switch (fate) {
    case 'counted':
      if (event.beforeCut) return [`by speed and by ${name}`]
      return version === null
        ? ['by speed alone: no version answers yet']
        : [`by speed, after the cut of ${name}`]
    case 'late':
    case 'hole':
      if (event.beforeCut) return [`${name} counted it`]
      return version === null
        ? ['the first recount will count it']
        : [`it came after the cut of ${name}, the next recount will count it`]
    case 'missed_duplicate':
      return event.beforeCut ? [`${name} counted the first alone`] : ['the next recount will not']
    case 'unread':
      return event.beforeCut ? [`${name} counted it`] : []
    default:
      return []
  }
}

const position = ({ seq, index }: { seq: number; index: number }) =>
  index === 0 ? `${seq}` : `${seq} (event ${index})`

function gapOf({ firstAt, logTime }: EventDecision): string {
  return firstAt === null || logTime <= firstAt.logTime ? '' : ` ${span(logTime - firstAt.logTime)} before`
}

/** Two parts of a duration at most: 23 min 21 s. */
function span(exactMs: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const
  if (exactMs < 1_000) return `${exactMs} ms`
  const step = exactMs < 3_600_000 ? 1_000 : 60_000
  const ms = Math.round(exactMs / step) * step
  const at = units.findIndex(([, size]) => ms >= size)
  const [unit, size] = units[at] ?? ['s', 1_000]
  const [smaller, smallerSize] = units[at + 1] ?? [null, 1]
  const rest = smaller === null ? 0 : Math.floor((ms % size) / smallerSize)
  return `${Math.floor(ms / size)} ${unit}${smaller !== null && rest > 0 ? ` ${rest} ${smaller}` : ''}`
}

function sentence(parts: string[]): string {
  const text = parts.join(parts[0]?.startsWith('counted') === true ? ' ' : '; ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
