/** What is known of a pipeline's last scheduled run. */
export interface LastRun {
  createdAt: number
  finished: boolean
  /** It found no closed window to compute. */
  wasEmpty: boolean
}

export interface Scheduled {
  /** Infinity: never. */
  everyMs: number
  /** An event of its type has been folded. */
  hasEvents: boolean
  hasVersion: boolean
  last: LastRun | null
}

/** Until a pipeline has its first version it is tried this often: nobody should wait a whole period for a boundary. */
const firstVersionMs = 10_000

export function isDue({ everyMs, hasEvents, hasVersion, last }: Scheduled, now: number): boolean {
  if (!hasEvents || everyMs === Infinity) return false
  if (last === null) return true
  if (!last.finished) return false
  const waitMs = last.wasEmpty && !hasVersion ? Math.min(everyMs, firstVersionMs) : everyMs
  return now - last.createdAt >= waitMs
}
