import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { csvRows, formatDuration, formatNear, formatShare, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { kindWord } from '@/components/job'
import { Panel, PanelMenu, QuietGlyph } from '@/components/ui'
import { keepView, useNow } from '@/components/view'
import type { BatchRun, LongJob, Overview } from '@/server/api'

interface BatchPanelProps {
  overview: Overview
  zone: Zone
  isStale: boolean
}

/** Whether batch does its work: the last runs one by one, and what runs longest against its usual duration. */
export function BatchPanel({ overview, zone, isStale }: BatchPanelProps) {
  const { batch } = overview
  const isAnyRunning = batch.longest.some(({ finishedAt }) => finishedAt === null)
  return (
    <Panel
      title="Batch"
      stale={isStale}
      sub={shareText(batch)}
      actions={<PanelMenu name="overview-batch" csv={() => runsCsv(batch.runs)} />}
    >
      <div className="panel-body flex flex-col gap-3">
        <RunStrip runs={batch.runs} zone={zone} now={overview.at} />
        <div>
          <h3 className="say-heading">
            {isAnyRunning ? 'Longest running now' : 'Longest in 24 h'} <span>against the usual</span>
          </h3>
          {batch.longest.length === 0 ? (
            <p className="text-small text-text-3">No job ran in 24 h.</p>
          ) : (
            <ul>
              {batch.longest.map((job) => (
                <LongJobRow key={job.jobId} job={job} />
              ))}
            </ul>
          )}
        </div>
      </div>
    </Panel>
  )
}

function shareText({ good, total, days, target }: Overview['batch']): string {
  const against = target === null ? '' : `, target ${formatShare(target)} %`
  if (total === 0) return `no job ended in ${days} d${against}`
  return total < 100
    ? `${plural(good, 'job')} of ${total} succeeded in ${days} d${against}`
    : `${formatShare(good / total)} % of jobs succeeded in ${days} d${against}`
}

/** The shared part of the view goes along. */
function jobsHref(params: URLSearchParams, query: string): string {
  const path = keepView('/jobs', params)
  return `${path}${path.includes('?') ? '&' : '?'}${query}`
}

const outcomes = { 'on time': 'ok', late: 'warn', failed: 'bad' } as const

function RunStrip({ runs, zone, now }: { runs: readonly BatchRun[]; zone: Zone; now: number }) {
  const params = useSearchParams()
  const count = (outcome: BatchRun['outcome']) => runs.filter((run) => run.outcome === outcome).length
  const failedHref = jobsHref(params, 'status=failed')
  if (runs.length === 0) return <p className="text-small text-text-3">No scheduled run has ended yet.</p>
  return (
    <div>
      <div
        className="runs"
        role="img"
        aria-label={`Last ${plural(runs.length, 'run')}: ${count('on time')} on time, ${count('late')} late, ${count('failed')} failed`}
      >
        {runs.map((run) => (
          <i
            key={run.jobId}
            data-outcome={run.outcome}
            title={`${run.pipeline}, ${run.outcome}: ${formatDuration(run.tookMs)} after it was due, ended ${formatNear(run.finishedAt, zone, now)}`}
          />
        ))}
      </div>
      <div className="mt-1 flex justify-between text-axis text-text-3">
        <span>{plural(runs.length, 'run')} ago</span>
        <span>
          {count('on time')} on time
          {(['late', 'failed'] as const).map((outcome) =>
            count(outcome) > 0 ? (
              <span key={outcome} className={outcome === 'failed' ? 'text-bad' : 'text-warn'}>
                {' · '}
                <QuietGlyph status={outcomes[outcome]} />{' '}
                {outcome === 'failed' ? (
                  <Link className="underline" href={failedHref}>
                    {count(outcome)} failed
                  </Link>
                ) : (
                  `${count(outcome)} late`
                )}
              </span>
            ) : null,
          )}
        </span>
        <span>now</span>
      </div>
    </div>
  )
}

function LongJobRow({ job }: { job: LongJob }) {
  const params = useSearchParams()
  const now = useNow(1_000)
  const took = (job.finishedAt ?? now) - job.startedAt
  const isRunning = job.finishedAt === null
  const { usualMs } = job
  const isSlow = usualMs !== null && took > usualMs * 2 && took - usualMs > 5_000
  const scale = Math.max(took, usualMs ?? 0)
  return (
    <li className="long-job">
      <Link href={jobsHref(params, `job=${job.jobId}`)} className="min-w-0 truncate">
        <span className="font-medium">{job.pipeline}</span>{' '}
        <span className="text-text-3">
          {kindWord(job.kind).toLowerCase()}
          {isRunning ? '' : `, ${job.status}`}
        </span>
      </Link>
      <span className="text-right whitespace-nowrap">
        {isSlow ? <QuietGlyph status="warn" /> : null} {formatDuration(took)}
      </span>
      <span className="bullet-track self-center" aria-hidden="true">
        <i
          className="bullet-spent"
          data-done={isRunning ? undefined : ''}
          style={{ width: `${(took / scale) * 100}%` }}
        />
        {usualMs === null ? null : (
          <i className="bullet-budget" style={{ left: `calc(${(usualMs / scale) * 100}% - 2px)` }} />
        )}
      </span>
      <span className="text-right text-axis whitespace-nowrap text-text-3">
        {isRunning ? `${Math.round(job.progress * 100)} %, ` : ''}
        {usualMs === null ? 'no usual yet' : `usually ${formatDuration(usualMs)}`}
      </span>
    </li>
  )
}

const runsCsv = (runs: readonly BatchRun[]): string =>
  csvRows([
    ['job', 'pipeline', 'ended', 'seconds', 'outcome'],
    ...runs.map(({ jobId, pipeline, finishedAt, tookMs, outcome }) => [
      jobId,
      pipeline,
      new Date(finishedAt).toISOString(),
      tookMs / 1_000,
      outcome,
    ]),
  ])
