const laterMs = 3_000

/** Runs something once the page has been seen and has nothing to do; returns how to call it off. */
export function whenIdle(run: () => void): () => void {
  let idle: number | undefined
  const timer = setTimeout(() => {
    // Safari has no idle callback.
    if (typeof requestIdleCallback === 'function') idle = requestIdleCallback(run)
    else run()
  }, laterMs)
  return () => {
    clearTimeout(timer)
    if (idle !== undefined) cancelIdleCallback(idle)
  }
}
