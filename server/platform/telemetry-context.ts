import { createHash, randomFillSync } from 'node:crypto'

/** Where in a trace something happens, as W3C Trace Context has it. */
export interface TraceContext {
  /** 32 hex digits, not all zero. */
  traceId: string
  /** 16 hex digits, not all zero: the span that what follows is a child of. */
  spanId: string
  /** The sampled flag: who began the trace asked to have it kept. */
  asked: boolean
}

const traceparentForm = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const noTrace = '0'.repeat(32)
const noSpan = '0'.repeat(16)

/** Null for anything that is not a valid traceparent; a later version than 00 is read by its first four fields. */
export function readTraceparent(text: unknown): TraceContext | null {
  if (typeof text !== 'string' || text.length > 512) return null
  const [, version, traceId, spanId, flags, more] = traceparentForm.exec(text) ?? []
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined)
    return null
  if (version === 'ff' || (version === '00' && more !== undefined)) return null
  if (traceId === noTrace || spanId === noSpan) return null
  return { traceId, spanId, asked: (Number.parseInt(flags, 16) & 1) === 1 }
}

export const formatTraceparent = ({ traceId, spanId, asked }: TraceContext): string =>
  `00-${traceId}-${spanId}-${asked ? '01' : '00'}`

export const newTraceContext = (): TraceContext => ({
  traceId: randomHex(16),
  spanId: newSpanId(),
  asked: false,
})

export const newSpanId = (): string => randomHex(8)

/**
 * The same parts give the same id: processes that know of one another only by the event they handle agree on which
 * span is whose parent, and what is done again after a crash writes the same span again.
 */
export function spanIdOf(...parts: readonly (string | number)[]): string {
  const id = digest(parts).slice(0, 16)
  return id === noSpan ? '0000000000000001' : id
}

export function traceIdOf(...parts: readonly (string | number)[]): string {
  const id = digest(parts).slice(0, 32)
  return id === noTrace ? `${'0'.repeat(31)}1` : id
}

const digest = (parts: readonly (string | number)[]) =>
  createHash('sha256').update(parts.join('\0')).digest('hex')

/** One trace in a hundred, the same ones in every process. */
export const isSampled = (traceId: string): boolean => Number.parseInt(traceId.slice(-8), 16) < sampledBelow

const sampledBelow = 0.01 * 2 ** 32

// One call for many ids: a request needs two, and asking the system for randomness costs more than the rest of it.
const pool = Buffer.alloc(4_096)
let used = pool.length

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const text = pool.toString('hex', used, used + bytes)
  used += bytes
  return /^0+$/.test(text) ? randomHex(bytes) : text
}
