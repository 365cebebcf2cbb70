/** A retention of the log that was lengthened because the archive is behind. */
export interface RetentionHold {
  /** The operator's, to which it goes back. */
  ageMs: number
  heldMs: number
}

export interface RetentionFacts {
  /** In force; 0: the log keeps all until it is full. */
  maxAgeMs: number
  hold: RetentionHold | null
  /** How long ago the oldest message was logged that is not archived; null: all are. */
  waitsMs: number | null
}

export interface RetentionChange {
  maxAgeMs: number
  hold: RetentionHold | null
  says: string
}

/** From this share of the retention on, what is not archived is held on to. */
export const holdShare = 0.5
const releaseShare = 0.25

/** How long the log keeps a message must never decide that it is lost: null where nothing is to be changed. */
export function judgeRetention({ maxAgeMs, hold, waitsMs }: RetentionFacts): RetentionChange | null {
  // What an operator has set meanwhile is theirs.
  const held = hold !== null && hold.heldMs === maxAgeMs ? hold : null
  const ageMs = held?.ageMs ?? maxAgeMs
  if (ageMs === 0) return null
  const waits = waitsMs ?? 0
  if (waits >= holdShare * maxAgeMs) {
    let heldMs = maxAgeMs
    while (waits >= holdShare * heldMs) heldMs *= 2
    const says = 'The archive is behind: the log keeps what it lacks for longer.'
    return { maxAgeMs: heldMs, hold: { ageMs, heldMs }, says }
  }
  if (held !== null && waits < releaseShare * ageMs)
    return {
      maxAgeMs: ageMs,
      hold: null,
      says: 'The archive has caught up: the log keeps messages as long as before.',
    }
  return null
}
