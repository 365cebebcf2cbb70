'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { linkOf } from '@/components/alerts'
import { csvRows, formatCount, formatNear, plural, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { kindWord } from '@/components/job'
import { Failed, Glyph, Note, Panel, PanelMenu, SkeletonRows } from '@/components/ui'
import type { DebugView, Retries } from '@/server/api'

interface RetriesPanelProps {
  view: DebugView | null
  stale: boolean
  zone: Zone
  now: number
}

/** What had to be done again: runs, commits of the speed layer, notifications. */
export function RetriesPanel({ view, stale, zone, now }: RetriesPanelProps) {
  const retries = view?.retries ?? null
  return (
    <Panel
      title="Retries"
      sub="all pipelines, in this range"
      stale={stale}
      actions={
        retries && retries.rows.length > 0 ? (
          <PanelMenu name="retries" csv={() => retriesCsv(retries)} />
        ) : null
      }
    >
      {body()}
    </Panel>
  )

  function body() {
    if (!view) return <SkeletonRows rows={6} widths={[140, 40, 40]} />
    if (!retries)
      return <Failed title="The retries did not load" message="They are tried again by themselves." />
    const { rows, workers, notes, deliveries } = retries
    if (rows.length + workers.length + notes.length + deliveries.length === 0)
      return (
        <Note kind="done" title="Nothing was tried again">
          Every run, commit and notification of this range went through at the first attempt.
        </Note>
      )
    return (
      <div
        className="max-h-[352px] overflow-auto"
        tabIndex={0}
        role="region"
        aria-label="Retries, row by row"
      >
        {rows.length > 0 ? <Runs rows={rows} zone={zone} now={now} /> : null}
        <Others retries={retries} zone={zone} now={now} />
      </div>
    )
  }
}

function Runs({ rows, zone, now }: { rows: Retries['rows']; zone: Zone; now: number }) {
  const params = useSearchParams()
  return (
    <table className="table">
      <thead>
        <tr>
          <th>Run</th>
          <th className="number">Retries</th>
          <th className="number">Failed</th>
          <th className="number">Last</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.kind} ${row.pipeline}`}>
            <td className="two-lines clip w-full">
              <Link className="font-medium hover:underline" href={linkOf(`/jobs?job=${row.jobId}`, params)}>
                {kindWord(row.kind)}
              </Link>{' '}
              <span className="text-text-3">{row.pipeline}</span>
              {row.lastError ? (
                <span className="second truncate" title={withInstants(row.lastError, zone, now)}>
                  {withInstants(row.lastError, zone, now)}
                </span>
              ) : null}
            </td>
            <td className="number">
              {formatCount(row.retries)}
              <span className="unit">of {formatCount(row.runs + row.retries)}</span>
            </td>
            <td className="number">
              {row.failed > 0 ? (
                <span className="inline-flex items-center gap-1.5">
                  <Glyph status="bad" label="Failed" />
                  {formatCount(row.failed)}
                </span>
              ) : (
                '0'
              )}
            </td>
            <td className="number text-text-2">{formatNear(row.lastAt, zone, now)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Others({
  retries: { workers, notes, deliveries },
  zone,
  now,
}: {
  retries: Retries
  zone: Zone
  now: number
}) {
  const lines = [
    ...workers.map((worker) => ({
      id: `${worker.worker} ${worker.lane}`,
      status: worker.isStuck ? ('bad' as const) : ('warn' as const),
      text: `Commits of the ${worker.lane} lane`,
      of: worker.worker,
      says: [
        worker.failures > 0 ? `${plural(worker.failures, 'failed attempt')} of the one under way` : null,
        worker.pauses > 0 ? `reading waited for commits ${plural(worker.pauses, 'time')}` : null,
        worker.lastError,
      ]
        .filter((part) => part !== null)
        .join('; '),
    })),
    ...notes.map((note) => ({
      id: `${note.worker} ${note.text}`,
      status: 'unknown' as const,
      text: note.text,
      of: `${formatNear(note.at, zone, now)}${note.times > 1 ? `, ${note.times} times` : ''}`,
      says: note.worker,
    })),
    ...deliveries.map((delivery) => ({
      id: `channel ${delivery.channel}`,
      status: delivery.failed > 0 ? ('bad' as const) : ('warn' as const),
      text: `Notifications to ${delivery.channel}`,
      of: formatNear(delivery.lastAt, zone, now),
      says: `${plural(delivery.retries, 'retry', 'retries')}${delivery.failed > 0 ? `, ${delivery.failed} failed` : ''}${delivery.lastError ? `: ${delivery.lastError}` : ''}`,
    })),
  ]
  return (
    <ul>
      {lines.map(({ id, status, text, of, says }) => (
        <li key={id} className="failing-row">
          <Glyph status={status} />
          <span className="min-w-0">
            {text} <span className="text-text-3">{of}</span>
            <span className="failing-why">{says}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}

const retriesCsv = ({ rows }: Retries): string =>
  csvRows([
    ['kind', 'pipeline', 'runs', 'retries', 'failed', 'lastError', 'lastAt'],
    ...rows.map((row) => [
      row.kind,
      row.pipeline,
      row.runs,
      row.retries,
      row.failed,
      row.lastError,
      new Date(row.lastAt).toISOString(),
    ]),
  ])
