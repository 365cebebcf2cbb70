import { systemClock, type Clock } from './clock'
import { sleep } from './sleep'

/** Time for whoever waits or measures: passed in, so that a simulation can hold it still. */
export interface Timing extends Clock {
  /** Milliseconds of a clock that never goes back; only differences mean something. */
  elapsed(): number
  /** Resolves after `ms`; at once, without rejecting, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Runs again and again until the answer is called. */
  every(ms: number, run: () => void): () => void
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
}
