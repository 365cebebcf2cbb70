import Link from 'next/link'
import { formatCompact, formatCount, formatPercent } from '@/components/format'
import { Glyph, Note, Panel } from '@/components/ui'
import type { Status } from '@/components/ui'
import type { AffectedObjective } from '@/server/api'

const statuses: Record<NonNullable<AffectedObjective['status']>, { status: Status; word: string }> = {
  met: { status: 'ok', word: 'met' },
  burning: { status: 'warn', word: 'burning' },
  exhausted: { status: 'bad', word: 'exhausted' },
  no_data: { status: 'unknown', word: 'no data' },
  low_traffic: { status: 'unknown', word: 'low traffic' },
}

/** What it has cost in promises: budget used since it opened. */
export function AffectedPanel({ affected }: { affected: readonly AffectedObjective[] }) {
  return (
    <Panel title="Objectives affected" sub="since it opened">
      {affected.length === 0 ? (
        <Note kind="done" title="No objective has lost budget">
          Nothing was counted as bad since the incident opened.
        </Note>
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th>Objective</th>
              <th className="number">Bad of total</th>
              <th className="number">Budget used</th>
            </tr>
          </thead>
          <tbody>
            {affected.map((one) => {
              const { status, word } = statuses[one.status ?? 'no_data']
              return (
                <tr key={one.id}>
                  <td className="two-lines clip w-full">
                    <span className="flex items-start gap-2">
                      <span className="pt-[3px]">
                        <Glyph status={status} label={word} />
                      </span>
                      <Link
                        className="inline-flex min-h-6 min-w-0 items-center truncate hover:underline"
                        href={`/objectives/${encodeURIComponent(one.id)}`}
                        title={one.title}
                      >
                        {one.id}
                      </Link>
                    </span>
                  </td>
                  <td className="number text-text-2">
                    {formatCount(Math.round(one.bad))}
                    <span className="text-text-3"> of {formatCompact(one.total)}</span>
                  </td>
                  <td className="number">
                    {one.budgetUsed === null ? (
                      <span className="text-text-3">not known</span>
                    ) : (
                      <>
                        {formatPercent(one.budgetUsed)}
                        <span className="unit">%</span>
                      </>
                    )}
                    {one.budgetLeft === null ? null : (
                      <span className="second">{formatPercent(one.budgetLeft)} % left</span>
                    )}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
    </Panel>
  )
}
