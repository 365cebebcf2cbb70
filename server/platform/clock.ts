/** Epoch milliseconds; passed in wherever time decides something, so that tests can hold it still. */
export interface Clock {
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }
