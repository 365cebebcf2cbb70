/** A process that has run this long is well: its earlier crashes are forgotten. */
export const healthyAfterMs = 15_000
export const firstDelayMs = 250
export const longestDelayMs = 10_000

/** How long to wait before starting a process again, after `crashes` in a row, the last run having lasted `ranMs`. */
export function restartDelay(crashes: number, ranMs: number): { crashes: number; delayMs: number } {
  const inARow = ranMs >= healthyAfterMs ? 1 : crashes + 1
  return { crashes: inARow, delayMs: Math.min(longestDelayMs, firstDelayMs * 2 ** (inARow - 1)) }
}
