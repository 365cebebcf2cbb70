import { systemClock, type Clock } from './clock'
import { sleep } from './sleep'

/** Time and chance for whoever waits, measures or backs off: passed in, so that a simulation decides them. */
export interface Timing extends Clock {
  /** Milliseconds of a clock that never goes back; only differences mean something. */
  elapsed(): number
  /** Resolves after `ms`; at once, without rejecting, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Runs again and again until the answer is called. */
  every(ms: number, run: () => void): () => void
  /** From 0 up to 1. */
  random(): number
}

export const systemTiming: Timing = {
  ...systemClock,
  elapsed: () => performance.now(),
  sleep,
  every: (ms, run) => {
    const timer = setInterval(run, ms)
    return () => {
      clearInterval(timer)
    }
  },
  random: Math.random,
}
