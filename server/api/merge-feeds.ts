type Feed<T> = AsyncGenerator<T, void, undefined>

/**
 * Several feeds as one, in the order their messages come. A browser opens six connections per host over all its
 * tabs, so a page may hold one subscription, not five. A slow reader holds every feed back (nothing is queued but
 * one message a feed); when the reader leaves or one feed fails, the signal given to `open` ends them all.
 */
export async function* mergeFeeds<T>(
  open: (signal: AbortSignal) => Feed<T>[],
  outer: AbortSignal | undefined,
): Feed<T> {
  const ending = new AbortController()
  const signal = outer ? AbortSignal.any([outer, ending.signal]) : ending.signal
  const ready: { value: T; taken: () => void }[] = []
  let failure: Error | undefined
  let running = 0
  let wake = (): void => undefined

  async function pump(feed: Feed<T>): Promise<void> {
    try {
      for await (const value of feed) {
        const taken = new Promise<void>((resolve) => ready.push({ value, taken: resolve }))
        wake()
        await taken
      }
    } catch (error) {
      failure ??= error instanceof Error ? error : new Error('a live feed failed', { cause: error })
    } finally {
      running--
      wake()
    }
  }

  const feeds = open(signal)
  running = feeds.length
  const pumps = feeds.map(pump)
  try {
    while (true) {
      const next = ready.shift()
      if (next) {
        next.taken()
        yield next.value
      } else if (failure) throw failure
      else if (running === 0) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    ending.abort()
    for (const { taken } of ready.splice(0)) taken()
    await Promise.allSettled(pumps)
  }
}
