import type { EventBatch } from '../../pipeline'
import type { TestPipeline } from '../../speed/testing'

/** What the two layers must have decided about one event. */
export interface PlainDecision {
  seq: number
  index: number
  windowStart: number
  /** Null: it has none. */
  key: string | null
  passes: boolean
  speed: boolean
  batch: boolean
  served: boolean
  late: boolean
  /** Speed counted it as late after the cut, and left it to batch. */
  deferred: boolean
  first: { seq: number; index: number } | null
}

interface Standing {
  /** By partition: last message of the version that answers; null: there is none. */
  cut: readonly number[] | null
  /** By partition: last message the speed layer has folded. */
  folded: readonly number[]
}

/** The oracle: every event decided plainly, one after the other in log order. */
export function decidePlainly(
  batches: readonly EventBatch[],
  pipeline: TestPipeline,
  { cut, folded }: Standing,
): PlainDecision[] {
  const events = batches.flatMap((batch) =>
    Array.from({ length: batch.n }, (_, i) => ({
      partition: batch.partition,
      seq: batch.seq[i] ?? 0,
      index: batch.index[i] ?? 0,
      time: batch.time[i] ?? 0,
      logTime: batch.logTime[i] ?? 0,
      identity: `${batch.source[i]}\n${batch.id[i]}`,
      shop: batch.columns.shop?.[i],
      amount: batch.columns.amount?.[i],
    })),
  )
  events.sort((a, b) => a.seq - b.seq || a.index - b.index)
  const first = new Map<string, { seq: number; index: number }>()
  const met = new Map<string, number>()
  const watermarks = new Map<number, number>()
  return events.map(({ partition, seq, index, time, logTime, identity, shop, amount }) => {
    const generation = Math.floor(logTime / pipeline.horizonMs)
    const known = (met.get(`${partition}\n${identity}`) ?? -Infinity) >= generation - 1
    met.set(`${partition}\n${identity}`, generation)
    const watermark = watermarks.get(partition) ?? -Infinity
    watermarks.set(partition, Math.max(watermark, Math.min(time, logTime) - pipeline.outOfOrderMs))
    const earlier = first.get(identity) ?? null
    if (earlier === null) first.set(identity, { seq, index })
    const windowStart = Math.floor(time / pipeline.windowMs) * pipeline.windowMs
    const late = windowStart + pipeline.windowMs + pipeline.allowedMs <= watermark
    const passes = typeof amount === 'number' && amount > 0
    const key = typeof shop === 'string' ? shop : null
    const counts = passes && key !== null
    const isFolded = seq <= (folded[partition] ?? 0)
    const beforeCut = cut !== null && seq <= (cut[partition] ?? 0)
    const speed = counts && !known && isFolded && !(late && pipeline.beyond === 'defer')
    const deferred = counts && !known && isFolded && late && !beforeCut && pipeline.beyond === 'defer'
    const batch = counts && earlier === null && beforeCut
    return {
      seq,
      index,
      windowStart,
      key,
      passes,
      speed,
      batch,
      served: beforeCut ? batch : speed,
      late,
      deferred,
      first: earlier,
    }
  })
}
