import { systemTiming, type Timing } from './timing'

export interface RetryPolicy {
  /** Runs of `fn` in all, the first included. */
  attempts: number
  baseMs: number
  maxMs: number
  /** Errors for which another attempt may help; every error when absent. */
  retryable?: (error: unknown) => boolean
  onRetry?: (error: unknown, attempt: number, waitMs: number) => void
  signal?: AbortSignal
  random?: () => number
  timing?: Pick<Timing, 'sleep'>
}

/** Exponential back-off with half of it jittered; `attempt` counts from 1. */
export function backoffMs(
  { baseMs, maxMs, random = Math.random }: Pick<RetryPolicy, 'baseMs' | 'maxMs' | 'random'>,
  attempt: number,
): number {
  const full = Math.min(maxMs, baseMs * 2 ** (attempt - 1))
  return Math.round(full / 2 + (full / 2) * random())
}

/** Runs `fn` until it succeeds, the attempts are used up, the error is not retryable or the signal aborts. */
export async function retry<T>(fn: (attempt: number) => Promise<T>, policy: RetryPolicy): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fn(attempt)
    } catch (error) {
      const last = attempt >= policy.attempts || policy.signal?.aborted === true
      if (last || policy.retryable?.(error) === false) throw error
      const waitMs = backoffMs(policy, attempt)
      policy.onRetry?.(error, attempt, waitMs)
      await (policy.timing ?? systemTiming).sleep(waitMs, policy.signal)
    }
  }
}
