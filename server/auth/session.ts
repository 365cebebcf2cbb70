export const sessionIdleMs = 30 * 60_000
export const sessionAbsoluteMs = 12 * 60 * 60_000
/** The time of last use is written at most this often. */
export const sessionTouchMs = 60_000

export interface SessionTimes {
  lastSeenAt: number
  expiresAt: number
}

/** `touch`: alive, and its time of last use should be written. */
export function judgeSession(
  { lastSeenAt, expiresAt }: SessionTimes,
  now: number,
): 'expired' | 'alive' | 'touch' {
  if (now >= expiresAt || now - lastSeenAt >= sessionIdleMs) return 'expired'
  return now - lastSeenAt >= sessionTouchMs ? 'touch' : 'alive'
}
