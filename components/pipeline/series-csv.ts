import { csvRows } from '@/components/format'
import type { Series } from '@/server/api'

/** What the chart shows as a file: one row a window. */
export function seriesCsv({ points, key }: Series, measure: string): string {
  return csvRows([
    ['window_start', 'window_end', 'key', measure, 'batch', 'speed', 'completeness', 'hole'],
    ...points.map((point) => [
      new Date(point.windowStart).toISOString(),
      new Date(point.windowEnd).toISOString(),
      key,
      point.merged[measure],
      point.batch?.[measure],
      point.speed?.[measure],
      point.completeness,
      point.hole,
    ]),
  ])
}
