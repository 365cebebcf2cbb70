import type { Pool } from '../clients'
import type { CompiledPipeline } from '../pipeline'
import { subtract, type Cut, type Range } from '../serving'
import { dirtyWindows, irreplaceableRanges, unfilledHoles } from './dirty-store'
import { ceilTo, endOfClosed, floorTo, planRanges } from './plan-ranges'

/**
 * What a scheduled run at this cut has to recompute; empty: nothing. Windows are closed up to the lowest watermark
 * of the cut, less the allowed lateness. Windows whose version holds events that the archive has lost since are left
 * as they are: what came later is merged with them, and a person may still ask for them.
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
  const [windows, holes, irreplaceable] = await Promise.all([
    dirtyWindows(pool, query),
    unfilledHoles(pool, query),
    irreplaceableRanges(pool, computeId),
  ])
  const planned = planRanges({ dirty: [...windows, ...holes], windowSizeMs, closedUpTo })
  const kept = irreplaceable.map(({ from, to }) => ({
    from: floorTo(from, windowSizeMs),
    to: ceilTo(to, windowSizeMs),
  }))
  return planned.flatMap((range) => subtract(range, kept))
}
