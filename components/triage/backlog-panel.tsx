'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { ActionButton } from '@/components/alerts'
import { csvRows, formatCount, formatDuration, plural, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { useConsoleFeed } from '@/components/live'
import {
  Button,
  CountFigure,
  DurationFigure,
  Failed,
  Note,
  Panel,
  PanelMenu,
  SkeletonRows,
  Tag,
} from '@/components/ui'
import { keepView } from '@/components/view'
import type { AlertGroup, BacklogRow, TriageView } from '@/server/api'
import { BacklogLine } from './backlog-line'
import { backlogOf, caughtUpText, diagnosisWords, partitionsText, rateFigure, split } from './backlog-words'

interface BacklogPanelProps {
  view: TriageView | null
  /** Alerts above that say the same: on a phone their rows are there and not here. */
  groups: AlertGroup[]
  stale: boolean
  zone: Zone
  now: number
}

const wellShown = 3

/** What waits in the log for the speed layer, by pipeline, with the reason. */
export function BacklogPanel({ view, groups, stale, zone, now }: BacklogPanelProps) {
  const [showsAll, setShowsAll] = useState(false)
  const rows = view?.backlog ?? []
  const { open, well } = split(rows)
  const hidden = showsAll ? 0 : Math.max(0, well.length - Math.max(wellShown - open.length, 1))
  const shown = [...open, ...well.slice(0, well.length - hidden)]
  const alerted = new Set(groups.flatMap((group) => backlogOf(group, rows)?.pipeline ?? []))
  const onlyAlerted = shown.length > 0 && shown.every(({ pipeline }) => alerted.has(pipeline)) && hidden === 0
  return (
    <Panel
      title="Backlog"
      className={onlyAlerted ? 'not-phone' : ''}
      sub={view ? `worst first; ${shown.length} of ${plural(rows.length, 'row')}` : 'worst first'}
      stale={stale}
      actions={rows.length > 0 ? <PanelMenu name="backlog" csv={() => backlogCsv(rows)} /> : null}
      foot={rows.length > 0 ? <Foot /> : null}
    >
      {body()}
      {hidden > 0 ? (
        <div className="border-t border-line-faint px-4 py-2">
          <Button size="small" variant="quiet" onClick={() => setShowsAll(true)}>
            Show {plural(hidden, 'more')} that {hidden === 1 ? 'is' : 'are'} current
          </Button>
        </div>
      ) : null}
    </Panel>
  )

  function body() {
    if (!view) return <SkeletonRows rows={4} widths={[160, 80, 60, 90, 60]} />
    const missing = view.missing.find(({ part }) => part === 'backlog')
    if (missing) return <Failed title="The backlog did not load" message={missing.says} />
    if (rows.length === 0)
      return (
        <Note kind="empty" title="No pipeline yet">
          Nothing reads the log. Apply a definition, and what waits for it shows here.
        </Note>
      )
    return (
      <table className="table table-cards backlog-table">
        <thead>
          <tr>
            <th>Pipeline, partition</th>
            <th>Diagnosis</th>
            <th className="number">Events waiting</th>
            <th>Last 10 min</th>
            <th className="number">In</th>
            <th className="number">Out</th>
            <th className="number">Oldest</th>
            <th className="number">Caught up in</th>
            <th className="number">Time to data loss</th>
            <th>
              <span className="sr-only">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <Row
              key={`${row.pipeline} ${row.partitions.join()}`}
              row={row}
              isAlerted={alerted.has(row.pipeline)}
              zone={zone}
              now={now}
            />
          ))}
        </tbody>
      </table>
    )
  }
}

function Row({
  row,
  isAlerted,
  zone,
  now,
}: {
  row: BacklogRow
  isAlerted: boolean
  zone: Zone
  now: number
}) {
  const params = useSearchParams()
  const { pipeline, diagnosis, says, events, oldestS, timeToDataLossS, actions } = row
  const { word, status } = diagnosisWords[diagnosis]
  const isWell = diagnosis === 'current' || diagnosis === 'no_data'
  return (
    <tr {...(isAlerted ? { className: 'not-phone' } : {})}>
      <td className={`card-title ${isWell || isAlerted ? '' : 'two-lines'}`}>
        <Link
          className="inline-flex min-h-6 items-center font-medium hover:underline"
          href={keepView(`/pipelines/${encodeURIComponent(pipeline)}`, params)}
        >
          {pipeline}
        </Link>{' '}
        <span className="text-text-3">{partitionsText(row)}</span>
        {isWell || isAlerted ? null : (
          <span className="second max-w-[300px] whitespace-normal">{withInstants(says, zone, now)}</span>
        )}
      </td>
      <td title={withInstants(says, zone, now)}>
        <Tag status={status}>{word}</Tag>
      </td>
      <td className="number" data-label="Waiting">
        <CountFigure n={events} unit="events" />
      </td>
      <td className="desk-only" data-label="Last 10 min">
        <BacklogLine row={row} now={now} />
      </td>
      <td className="number" data-label="In">
        <Rate perS={row.inPerS} />
      </td>
      <td className="number" data-label="Out">
        <Rate perS={row.outPerS} />
      </td>
      <td className="number" data-label="Oldest">
        {oldestS > 0 ? <DurationFigure ms={oldestS * 1_000} /> : <span className="text-text-3">–</span>}
      </td>
      <td className="number" data-label="Caught up in">
        {caughtUpText(row, now)}
      </td>
      <td className="number" data-label="Time to data loss">
        {timeToDataLossS === null ? (
          <span className="text-text-3">no risk</span>
        ) : (
          formatDuration(timeToDataLossS * 1_000)
        )}
      </td>
      <td className="number card-wide">
        {actions[0] && !isAlerted ? <ActionButton action={actions[0]} /> : null}
      </td>
    </tr>
  )
}

export function Rate({ perS }: { perS: number | null }) {
  if (perS === null) return <span className="text-text-3">–</span>
  const { value, unit } = rateFigure(perS)
  return (
    <span>
      {value}
      <span className="unit">{unit}</span>
    </span>
  )
}

/** What is safe whatever speed does. */
function Foot() {
  const { pipelines } = useConsoleFeed()
  const archive = pipelines?.[0]?.status.archive
  return (
    <span>
      Time to data loss: until the log drops the oldest event that waits.
      {archive
        ? archive.lagMessages === 0
          ? ' The archive holds all of the log, so batch loses nothing.'
          : ` The archive is ${plural(archive.lagMessages, 'message')} behind the log.`
        : ''}
    </span>
  )
}

const backlogCsv = (rows: BacklogRow[]): string =>
  csvRows([
    [
      'pipeline',
      'partitions',
      'diagnosis',
      'says',
      'events',
      'inPerS',
      'outPerS',
      'oldestS',
      'catchUpAt',
      'timeToDataLossS',
    ],
    ...rows.map((row) => [
      row.pipeline,
      row.partitions.join(' '),
      row.diagnosis,
      row.says,
      row.events,
      row.inPerS,
      row.outPerS,
      row.oldestS,
      row.catchUpAt === null ? null : new Date(row.catchUpAt).toISOString(),
      row.timeToDataLossS,
    ]),
  ])

/** The same figures in two lines, inside the alert that is about them. */
export function FoldedBacklog({ row, now }: { row: BacklogRow; now: number }) {
  const { word, status } = diagnosisWords[row.diagnosis]
  return (
    <dl className="folded phone-only">
      <div>
        <dt>Backlog</dt>
        <dd>
          <Tag status={status}>{word}</Tag>
        </dd>
      </div>
      <div>
        <dt>Waiting</dt>
        <dd>{formatCount(row.events)}</dd>
      </div>
      <div>
        <dt>In, out</dt>
        <dd>
          <Rate perS={row.inPerS} />, <Rate perS={row.outPerS} />
        </dd>
      </div>
      <div>
        <dt>Caught up in</dt>
        <dd>{caughtUpText(row, now)}</dd>
      </div>
      <div>
        <dt>Time to data loss</dt>
        <dd>{row.timeToDataLossS === null ? 'no risk' : formatDuration(row.timeToDataLossS * 1_000)}</dd>
      </div>
      <div>
        <dt>Oldest</dt>
        <dd>{row.oldestS > 0 ? formatDuration(row.oldestS * 1_000) : '–'}</dd>
      </div>
    </dl>
  )
}
