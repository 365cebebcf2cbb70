import { backoffMs } from '../../platform'

export type SendResult =
  | { outcome: 'sent' }
  /** Another attempt may help. */
  | { outcome: 'away'; says: string; retryAfterMs?: number }
  /** Nothing but a change of the channel will help. */
  | { outcome: 'refused'; says: string }

export interface Attempted {
  state: 'queued' | 'sent' | 'failed'
  attempts: number
  lastError: string | null
  nextAt: number
  sentAt: number | null
}

const policy = { baseMs: 1_000, maxMs: 300_000 }
const giveUpMs = 24 * 3_600_000

/** What becomes of a notification after an attempt: tried again from a second up to five minutes apart, for a day. */
export function afterAttempt(
  before: { attempts: number; createdAt: number },
  result: SendResult,
  now: number,
  random: () => number = Math.random,
): Attempted {
  const attempts = before.attempts + 1
  if (result.outcome === 'sent') return { state: 'sent', attempts, lastError: null, nextAt: now, sentAt: now }
  const failed = { attempts, lastError: result.says, sentAt: null }
  if (result.outcome === 'refused') return { ...failed, state: 'failed', nextAt: now }
  if (now - before.createdAt >= giveUpMs)
    return { ...failed, state: 'failed', nextAt: now, lastError: `${result.says} (given up after a day)` }
  const waitMs = Math.max(
    backoffMs({ ...policy, random }, attempts),
    Math.min(result.retryAfterMs ?? 0, policy.maxMs),
  )
  return { ...failed, state: 'queued', nextAt: now + waitMs }
}
