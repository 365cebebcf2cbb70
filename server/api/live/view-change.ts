/** What a message on `views.>` says has changed. */
export type ViewChange =
  /** `windows`, `ranges` null: not all are named, so any may have changed. */
  | { kind: 'cells'; pipeline: string; windows: number[] | null; traces?: string[] }
  | { kind: 'publication'; pipeline: string; ranges: [number, number][] | null }
  | { kind: 'job'; pipeline: string }
  | { kind: 'alerts'; pipeline: string }

const tracesLimit = 16

/** Null: not a message of ours. */
export function readViewChange(subject: string, text: string): ViewChange | null {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return null
  }
  if (!isRecord(message)) return null
  const pipeline = subject.slice('views.'.length)
  switch (message.kind) {
    case 'cells':
      return {
        kind: 'cells',
        pipeline,
        windows: message.truncated === true ? null : windowsOf(message.windows),
        ...(Array.isArray(message.traces) && { traces: tracesOf(message.traces) }),
      }
    case 'publication':
      return { kind: 'publication', pipeline, ranges: rangesOf(message.ranges) }
    case 'job':
      return { kind: 'job', pipeline: typeof message.pipeline === 'string' ? message.pipeline : '' }
    case 'alerts':
      return { kind: 'alerts', pipeline: '' }
    default:
      return null
  }
}

/** Entries are `[windowStart, key]`, or window starts alone where there are too many cells to name. */
function windowsOf(value: unknown): number[] {
  if (!Array.isArray(value)) return []
  const starts = value.map((entry: unknown) => (Array.isArray(entry) ? (entry[0] as unknown) : entry))
  return [...new Set(starts.filter((start): start is number => typeof start === 'number'))]
}

/** Of events whose commit this is, as traceparent. */
const tracesOf = (values: readonly unknown[]): string[] =>
  values.filter((value): value is string => typeof value === 'string').slice(0, tracesLimit)

function rangesOf(value: unknown): [number, number][] | null {
  if (!Array.isArray(value)) return null
  return value.filter(
    (entry): entry is [number, number] =>
      Array.isArray(entry) && typeof entry[0] === 'number' && typeof entry[1] === 'number',
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
