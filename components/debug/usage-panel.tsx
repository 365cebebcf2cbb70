'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { linkOf } from '@/components/alerts'
import {
  csvRows,
  formatBytes,
  formatCompact,
  formatDuration,
  formatPercent,
  formatRange,
} from '@/components/format'
import type { Zone } from '@/components/format'
import { kindWord } from '@/components/job'
import { Failed, Note, Panel, PanelMenu, SkeletonBox } from '@/components/ui'
import type { DebugView, ResourceUse } from '@/server/api'
import { layerInk, UsageChart } from './usage-chart'

interface UsagePanelProps {
  view: DebugView | null
  stale: boolean
  zone: Zone
  now: number
}

const jobsShown = 8
const rowsShown = 8

/** Who used the machine, and which runs were in each other's way. */
export function UsagePanel({ view, stale, zone, now }: UsagePanelProps) {
  const usage = view?.usage ?? null
  return (
    <Panel
      title="Resources and contention"
      sub="CPU of all processes by layer, and the runs that shared it"
      stale={stale}
      actions={
        usage && usage.rows.length > 0 ? <PanelMenu name="resources" csv={() => usageCsv(usage)} /> : null
      }
      foot="Crowded: a stretch in which four fifths of the cores were in use. Runs give way to the speed layer; what they were held for is beside them."
    >
      {body()}
    </Panel>
  )

  function body() {
    if (!view)
      return (
        <div className="panel-body">
          <SkeletonBox height={320} />
        </div>
      )
    if (!usage) return <Failed title="The usage did not load" message="It is tried again by itself." />
    if (usage.steps.length === 0 && usage.jobs.length === 0)
      return (
        <Note kind="empty" title="No use was recorded in this range">
          Each process writes what it used every minute. Choose a range that is not before that.
        </Note>
      )
    return (
      <>
        <div className="panel-body">
          <UsageChart usage={usage} from={view.from} to={view.to} zone={zone} />
        </div>
        <Contention usage={usage} zone={zone} now={now} />
        <div className="grid12 gap-0!">
          <div className="span-6">
            <h3 className="alert-heading">Runs by CPU</h3>
            <Jobs usage={usage} from={view.from} to={view.to} now={now} />
          </div>
          <div className="span-6">
            <h3 className="alert-heading">Who used it</h3>
            <Users usage={usage} />
          </div>
        </div>
      </>
    )
  }
}

function Contention({ usage, zone, now }: { usage: ResourceUse; zone: Zone; now: number }) {
  if (usage.contention.length === 0)
    return (
      <Note kind="done" title="No run was in another’s way">
        At no time in this range were more than 80 % of the {usage.cores} cores in use.
      </Note>
    )
  return (
    <ul aria-label="Crowded stretches">
      {usage.contention.slice(0, 6).map((stretch) => {
        const runs = usage.jobs.filter(({ id }) => stretch.jobs.includes(id))
        return (
          <li key={stretch.from} className="failing-row">
            <span />
            <span className="min-w-0">
              <span className="font-medium">{formatRange(stretch.from, stretch.to, zone, now)}</span>{' '}
              {formatPercent(stretch.share)} % of {usage.cores} cores
              <span className="failing-why">
                {stretch.users
                  .map(
                    ({ layer, pipeline, cpuMs }) => `${layer} ${placeOf(pipeline)} ${formatDuration(cpuMs)}`,
                  )
                  .join(', ')}
                {runs.length > 0
                  ? `. Runs: ${runs.map(({ kind, pipeline }) => `${kindWord(kind)} ${pipeline}`).join(', ')}`
                  : ''}
              </span>
            </span>
          </li>
        )
      })}
    </ul>
  )
}

const placeOf = (pipeline: string): string =>
  pipeline === '' ? '(no pipeline)' : pipeline.startsWith('type:') ? pipeline.slice('type:'.length) : pipeline

function Jobs({ usage, from, to, now }: { usage: ResourceUse; from: number; to: number; now: number }) {
  const params = useSearchParams()
  if (usage.jobs.length === 0)
    return <p className="px-4 pb-3 text-small text-text-3">No run was under way in this range.</p>
  const x = (at: number) => Math.min(100, Math.max(0, ((at - from) / (to - from)) * 100))
  return (
    <ul className="px-4 pb-3">
      {usage.jobs.slice(0, jobsShown).map((job) => (
        <li key={job.id} className="usage-row">
          <Link className="truncate hover:underline" href={linkOf(`/jobs?job=${job.id}`, params)}>
            {kindWord(job.kind)} <span className="text-text-3">{job.pipeline}</span>
          </Link>
          <span className="usage-track" aria-hidden="true">
            <i
              data-status={job.status}
              {...(job.to === null ? { 'data-open': '' } : {})}
              style={{ left: `${x(job.from)}%`, width: `${Math.max(0.4, x(job.to ?? now) - x(job.from))}%` }}
            />
          </span>
          <span
            className="text-right whitespace-nowrap"
            title={`${formatBytes(job.bytes)} read${job.heldMs > 0 ? `, held ${formatDuration(job.heldMs)}` : ''}`}
          >
            {job.cpuMs > 0 ? formatDuration(job.cpuMs) : '–'}
            {job.heldMs >= 1_000 ? (
              <span className="block text-text-3">held {formatDuration(job.heldMs)}</span>
            ) : null}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Users({ usage }: { usage: ResourceUse }) {
  const total = usage.rows.reduce((sum, { cpuMs }) => sum + cpuMs, 0)
  return (
    <table className="table">
      <thead>
        <tr>
          <th>Layer, pipeline</th>
          <th className="number">CPU</th>
          <th className="number">Share</th>
          <th className="number">Read</th>
          <th className="number desk-only">Events</th>
        </tr>
      </thead>
      <tbody>
        {usage.rows.slice(0, rowsShown).map((row) => (
          <tr key={`${row.layer} ${row.pipeline}`}>
            <td className="clip w-full">
              <i className="layer-swatch mr-2" style={{ background: layerInk(row.layer) }} />
              {row.layer} <span className="text-text-3">{placeOf(row.pipeline)}</span>
            </td>
            <td className="number">{formatDuration(row.cpuMs)}</td>
            <td className="number text-text-2">
              {total > 0 ? `${formatPercent(row.cpuMs / total)} %` : '–'}
            </td>
            <td className="number text-text-2">{row.bytesRead > 0 ? formatBytes(row.bytesRead) : '–'}</td>
            <td className="number desk-only text-text-2">
              {row.events > 0 ? formatCompact(row.events) : '–'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const usageCsv = ({ rows }: ResourceUse): string =>
  csvRows([
    ['layer', 'pipeline', 'cpuMs', 'bytesRead', 'bytesWritten', 'events'],
    ...rows.map((row) => [row.layer, row.pipeline, row.cpuMs, row.bytesRead, row.bytesWritten, row.events]),
  ])
