import type { LiveMessage, PipelineStatus, Series, SeriesPoint } from '@/server/api'

export interface PipelineHeld {
  series: Series
  status: PipelineStatus
}

/**
 * What the page holds after one more message: a snapshot replaces everything, points replace theirs by window.
 * Points before a snapshot have nothing to belong to and are dropped; `keepFrom` drops what scrolled out.
 */
export function applyMessage(
  held: PipelineHeld | null,
  message: LiveMessage,
  keepFrom: number,
): PipelineHeld | null {
  if (message.kind === 'snapshot') return { series: message.series, status: message.status }
  if (!held) return null
  const { points, boundary, watermark, status } = message
  const series = {
    ...held.series,
    boundary,
    watermark,
    points: mergePoints(held.series.points, points, keepFrom),
  }
  return { series, status }
}

function mergePoints(held: SeriesPoint[], changed: SeriesPoint[], keepFrom: number): SeriesPoint[] {
  const byWindow = new Map(held.map((point) => [point.windowStart, point]))
  for (const point of changed) byWindow.set(point.windowStart, point)
  return [...byWindow.values()]
    .filter((point) => point.windowEnd > keepFrom)
    .sort((a, b) => a.windowStart - b.windowStart)
}
