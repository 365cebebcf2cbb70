import type { CompiledPipeline } from '../pipeline'
import { overlaps, type Range } from '../serving'
import type { ComparedArchive } from './comparison'

/** Events that are decided together, about: what is kept of each while they are spills beyond the engine's memory. */
const eventsTogether = 5_000_000

/** Cuts a range into as many equal parts of whole windows as its archived events ask for. */
export async function stretches(
  archive: ComparedArchive,
  { definition }: CompiledPipeline,
  range: Range,
): Promise<Range[]> {
  const scan = await archive.scan(definition.eventType, range)
  const events = (scan?.segments ?? []).reduce((sum, segment) => sum + rowsIn(segment, range), 0)
  const { windowSizeMs } = definition
  const windows = Math.ceil((range.to - range.from) / windowSizeMs)
  const parts = Math.min(windows, Math.max(1, Math.ceil(events / eventsTogether)))
  const step = Math.ceil(windows / parts) * windowSizeMs
  const cut: Range[] = []
  for (let from = range.from; from < range.to; from += step)
    cut.push({ from, to: Math.min(range.to, from + step) })
  return cut
}

function rowsIn(segment: { minTime: number; maxTime: number; rows: number }, range: Range): number {
  const whole = { from: segment.minTime, to: segment.maxTime + 1 }
  if (!overlaps(whole, range)) return 0
  const shared = Math.min(whole.to, range.to) - Math.max(whole.from, range.from)
  return (segment.rows * shared) / (whole.to - whole.from)
}
