'use client'
import { useQuery } from '@tanstack/react-query'
import { describeError, useTRPC } from '@/components/data'
import { formatPercent, formatRange, plural } from '@/components/format'
import { Failed, Note, ServedValue, SkeletonRows } from '@/components/ui'
import { useNow, useZone } from '@/components/view'
import type { TotalExplanation } from '@/server/api'
import type { ExplainTarget } from './explain-target'
import { keyName, shownMeasure } from './explain-words'

interface ChooseKeyProps {
  pipeline: string
  windowStart: number
  measure: string | null
  onChoose: (target: ExplainTarget) => void
}

/** A total is explained by its keys: each is a figure of its own. */
export function ChooseKey({ pipeline, windowStart, measure, onChoose }: ChooseKeyProps) {
  const trpc = useTRPC()
  const [zone] = useZone()
  const now = useNow(60_000)
  const found = useQuery(trpc.explain.cell.queryOptions({ name: pipeline, windowStart, key: null, measure }))
  if (found.error && !found.data)
    return (
      <Failed
        title="The keys did not load"
        message={describeError(found.error).message}
        onRetry={() => void found.refetch()}
      />
    )
  if (found.data?.kind !== 'total') return <SkeletonRows rows={10} widths={[80, 60]} />
  const total = found.data
  return (
    <>
      <Head
        total={total}
        measure={measure}
        range={formatRange(total.windowStart, total.windowEnd, zone, now)}
      />
      {total.keys.length === 0 ? (
        <Note kind="empty" title="No key has a value in this window">
          Neither layer has counted an event of it. That is not a zero. Choose another window.
        </Note>
      ) : (
        <ul className="pick-list">
          {total.keys.map((row) => (
            <li key={row.key}>
              <button
                type="button"
                className="pick-row"
                onClick={() => onChoose({ from: windowStart, to: null, key: row.key })}
              >
                <span className="truncate font-medium">{keyName(row.key)}</span>
                <span className="ml-auto">
                  <ServedValue value={row.value} completeness={row.completeness} />
                </span>
                <span className="w-[52px] text-right text-text-3">
                  {row.share === null ? '' : `${formatPercent(row.share)} %`}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {total.keyCount > total.keys.length ? (
        <p className="px-4 py-2 text-small text-text-3">
          The greatest {total.keys.length} of {plural(total.keyCount, 'key')}. For another one, pick it in the
          chart.
        </p>
      ) : null}
    </>
  )
}

function Head({ total, measure, range }: { total: TotalExplanation; measure: string | null; range: string }) {
  const shown = shownMeasure(total.measures, measure)?.name ?? total.measure
  return (
    <div className="drawer-section flex items-baseline gap-2">
      <span className="font-medium">All keys</span>
      <span className="text-text-2">
        {range}, {shown}
      </span>
      <span className="ml-auto text-[15px] font-medium">
        <ServedValue
          value={total.total[shown]}
          completeness={total.completeness ?? 'provisional'}
          hole={total.hole}
        />
      </span>
    </div>
  )
}
