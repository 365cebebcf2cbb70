import type { Pool } from '../clients'
import type { CompiledPipeline } from '../pipeline'
import type { Cut, Range } from '../serving'
import { dirtyWindows, unfilledHoles } from './dirty-store'
import { endOfClosed, planRanges } from './plan-ranges'

/**
 * What a scheduled run at this cut has to recompute; empty: nothing. Windows are closed up to the lowest watermark
 * of the cut, less the allowed lateness.
 */
export async function planRun(
  pool: Pool,
  input: { computeId: number; compiled: CompiledPipeline; cut: Cut },
): Promise<Range[]> {
  const { computeId, compiled, cut } = input
  const { windowSizeMs, lateness } = compiled.definition
  const watermarks = cut.watermarks.filter((watermark) => watermark !== null)
  if (watermarks.length === 0) return []
  const closedUpTo = Math.min(...watermarks) - lateness.allowedMs
  const query = { computeId, windowSizeMs, epoch: cut.epoch, end: endOfClosed(closedUpTo, windowSizeMs) }
  const [windows, holes] = await Promise.all([dirtyWindows(pool, query), unfilledHoles(pool, query)])
  return planRanges({ dirty: [...windows, ...holes], windowSizeMs, closedUpTo })
}
