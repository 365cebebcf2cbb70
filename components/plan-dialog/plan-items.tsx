import { formatCount, formatRange, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import type { PlanItem, PlanView } from '@/server/api'

const shownItems = 60

interface PlanItemsProps {
  plan: PlanView
  zone: Zone
  now: number
}

/** What will change, item by item: where, what answers now, what will answer after. */
export function PlanItems({ plan, zone, now }: PlanItemsProps) {
  const { items, kind } = plan
  const windows = items.reduce((sum, item) => sum + item.windows, 0)
  const cells = items.reduce((sum, item) => sum + item.cells, 0)
  if (items.length === 0)
    return (
      <p className="py-3 text-text-2">
        Nothing would change: no window of this range has a different answer.
      </p>
    )
  return (
    <>
      <table className="table">
        <thead>
          <tr>
            <th>Windows</th>
            <th>Answers now</th>
            <th>After</th>
            <th className="number desk-only">Count</th>
            <th className="number desk-only">Cells</th>
          </tr>
        </thead>
        <tbody>
          {items.slice(0, shownItems).map((item) => (
            <tr key={item.id}>
              <td>{formatRange(item.from, item.to, zone, now)}</td>
              <td className="text-text-2">{answersNow(item)}</td>
              <td className="font-medium">{answersAfter(item, kind)}</td>
              <td className="number desk-only">{formatCount(item.windows)}</td>
              <td className="number desk-only">{formatCount(item.cells)}</td>
            </tr>
          ))}
          {items.length > 1 ? (
            <tr>
              <td className="font-medium">All {formatCount(items.length)}</td>
              <td />
              <td />
              <td className="number desk-only font-medium">{formatCount(windows)}</td>
              <td className="number desk-only font-medium">{formatCount(cells)}</td>
            </tr>
          ) : null}
        </tbody>
      </table>
      {items.length > shownItems ? (
        <p className="mt-2 text-small text-text-3">and {plural(items.length - shownItems, 'more item')}</p>
      ) : null}
    </>
  )
}

function answersNow({ activeVersions }: PlanItem): string {
  if (activeVersions.length === 0) return 'speed only'
  const shown = activeVersions.slice(0, 3).map((v) => `v${v}`)
  const more = activeVersions.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}

function answersAfter({ becomesVersion }: PlanItem, kind: PlanView['kind']): string {
  if (kind !== 'rollback') return 'new version'
  return becomesVersion === null ? 'speed only' : `v${becomesVersion}`
}
