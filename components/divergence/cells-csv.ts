import { csvRows } from '@/components/format'
import { causes } from '@/components/ui/mark'
import type { DivergingCell } from '@/server/api'

export function cellsCsv(cells: readonly DivergingCell[]): string {
  return csvRows([
    [
      'windowStart',
      'key',
      'measure',
      'speed',
      'batch',
      'difference',
      'relative',
      ...causes,
      'mainCause',
      'state',
      'version',
    ],
    ...cells.map((cell) => [
      new Date(cell.windowStart).toISOString(),
      cell.key,
      cell.measure,
      cell.speed,
      cell.batch,
      cell.difference,
      cell.relative,
      ...causes.map((cause) => cell.causes[cause]),
      cell.mainCause,
      cell.state,
      cell.version,
    ]),
  ])
}
