/** The log as it was when it was last looked at: by it a log is known again. */
export interface LogMark {
  /** When the stream was made, as the server says it. */
  created: string
  /** The last message then, and when it was logged, epoch ms; 0 and null of an empty log. */
  seq: number
  at: number | null
}

export interface ContinuityFacts {
  log: { created: string; firstSeq: number; lastSeq: number }
  /** Null: it was never looked at. */
  mark: LogMark | null
  /** When the log's message under the mark's sequence was logged; null: it holds none. */
  markedAt: number | null
  /** The last message that anything in the database was counted from. */
  highest: number
}

export type Continuity =
  | { kind: 'in step' }
  /** The log ends before what was counted from it: the next events would take sequences that count as read. */
  | { kind: 'tail lost'; fromSeq: number; toSeq: number }
  | { kind: 'another log'; why: string; toSeq: number }

/** Whether the log is the one the database was counted from, whole. */
export function judgeContinuity({ log, mark, markedAt, highest }: ContinuityFacts): Continuity {
  const toSeq = Math.max(highest, mark?.seq ?? 0)
  if (toSeq === 0) return { kind: 'in step' }
  if (mark !== null && mark.created !== log.created) {
    return {
      kind: 'another log',
      toSeq,
      why: `its stream was made at ${log.created}, not at ${mark.created}`,
    }
  }
  const isHeld = mark !== null && mark.seq >= log.firstSeq && mark.seq <= log.lastSeq
  if (isHeld && mark.at !== null && markedAt !== null && markedAt !== mark.at) {
    const [then, now] = [mark.at, markedAt].map((at) => new Date(at).toISOString())
    return { kind: 'another log', toSeq, why: `its message ${mark.seq} is of ${now}, not of ${then}` }
  }
  return log.lastSeq < toSeq ? { kind: 'tail lost', fromSeq: log.lastSeq + 1, toSeq } : { kind: 'in step' }
}
