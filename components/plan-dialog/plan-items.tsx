import { formatCount, formatRange, plural, withInstants } from '@/components/format'
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
  if (items.length === 0) return <p className="py-3 text-text-2">{nothing(kind)}</p>
  const hasWindows = items.some(({ windows }) => windows > 0)
  const windows = items.reduce((sum, item) => sum + item.windows, 0)
  const cells = items.reduce((sum, item) => sum + item.cells, 0)
  const says = (text: string) => withInstants(text, zone, now)
  const hasRanges = items.some(({ from }) => from !== null)
  return (
    <>
      <table className="table">
        <thead>
          <tr>
            <th>{hasRanges ? 'Windows' : 'What'}</th>
            <th>{hasRanges ? 'Answers now' : 'Now'}</th>
            <th>After</th>
            {hasWindows ? (
              <>
                <th className="number desk-only">Count</th>
                <th className="number desk-only">Cells</th>
              </>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {items.slice(0, shownItems).map((item) => (
            <tr key={item.id}>
              <td className="wraps">
                {item.from !== null && item.to !== null
                  ? formatRange(item.from, item.to, zone, now)
                  : says(item.label)}
              </td>
              <td className="wraps text-text-2">{says(answersNow(item))}</td>
              <td className="wraps font-medium">{says(answersAfter(item, kind))}</td>
              {hasWindows ? (
                <>
                  <td className="number desk-only">{formatCount(item.windows)}</td>
                  <td className="number desk-only">{formatCount(item.cells)}</td>
                </>
              ) : null}
            </tr>
          ))}
          {items.length > 1 && hasWindows ? (
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

function nothing(kind: PlanView['kind']): string {
  return kind === 'backfill' || kind === 'reconcile' || kind === 'rollback'
    ? 'Nothing would change: no window of this range has a different answer.'
    : 'Nothing would change: it is so already.'
}

function answersNow({ activeVersions, before, from }: PlanItem): string {
  if (before !== null) return before
  if (activeVersions.length === 0) return from === null ? '–' : 'speed only'
  const shown = activeVersions.slice(0, 3).map((v) => `v${v}`)
  const more = activeVersions.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}

function answersAfter({ becomesVersion, after, from }: PlanItem, kind: PlanView['kind']): string {
  if (after !== null) return after
  if (kind === 'backfill' || kind === 'reconcile') return 'new version'
  if (becomesVersion !== null) return `v${becomesVersion}`
  return from === null ? '–' : 'speed only'
}
