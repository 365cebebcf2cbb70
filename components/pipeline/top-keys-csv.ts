import { csvRows } from '@/components/format'
import type { TopKeys } from '@/server/api'

export function topKeysCsv({ keys, measure }: TopKeys): string {
  return csvRows([
    ['key', measure, 'share', 'speed', 'batch', 'difference', 'completeness'],
    ...keys.map((k) => [k.key, k.value, k.share, k.speed, k.batch, k.difference, k.completeness]),
  ])
}
