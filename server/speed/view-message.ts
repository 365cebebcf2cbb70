import type { Nats } from '../clients'
import { limits } from './limits'

/** What viewers of `views.<pipeline>` receive after each commit of the speed layer. */
export interface CellsMessage {
  kind: 'cells'
  computeId: number
  /** Changed cells as [windowStart, key]; where they are too many, windows alone as [windowStart]. */
  windows: ([number, string] | [number])[]
  /** More windows changed than are named: read again whatever is shown. */
  truncated?: true
  /** Lowest watermark of the partitions in this commit; null before the first event. */
  watermark: number | null
  /** Committed seq by partition, for the partitions in this commit. */
  positions: Record<number, number>
  /** Of events in this commit that carry a trace, as traceparent: what is shown of them goes on with it. */
  traces?: string[]
}

export interface CommittedPart {
  partition: number
  seq: number
  watermark: number | null
  cells: readonly { windowStart: number; key: string }[]
}

export function cellsMessage(computeId: number, parts: readonly CommittedPart[]): CellsMessage {
  const max = limits.cellsPerViewMessage
  const total = parts.reduce((sum, part) => sum + part.cells.length, 0)
  const message: CellsMessage = {
    kind: 'cells',
    computeId,
    windows: [],
    watermark: lowest(parts.map((part) => part.watermark)),
    positions: Object.fromEntries(parts.map((part) => [part.partition, part.seq])),
  }
  if (total <= max) {
    message.windows = parts.flatMap((part) => part.cells.map((c): [number, string] => [c.windowStart, c.key]))
    return message
  }
  const windows = new Set<number>()
  for (const part of parts) for (const cell of part.cells) windows.add(cell.windowStart)
  message.windows = [...windows]
    .sort((a, b) => b - a)
    .slice(0, max)
    .map((start): [number] => [start])
  if (windows.size > max) message.truncated = true
  return message
}

function lowest(watermarks: readonly (number | null)[]): number | null {
  let low: number | null = null
  for (const watermark of watermarks) {
    if (watermark === null) return null
    if (low === null || watermark < low) low = watermark
  }
  return low
}

/** Not acknowledged: a viewer that misses one is corrected by the next, or by the windows sent after a restore. */
export function publishView(nats: Nats, pipeline: string, message: CellsMessage): void {
  if (nats.nc.isClosed()) return
  nats.nc.publish(`views.${pipeline}`, JSON.stringify(message))
}
