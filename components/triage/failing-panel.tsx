'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { ActionButton } from '@/components/alerts'
import { formatNear, plural, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { kindWord } from '@/components/job'
import { Failed, Glyph, Note, Panel, SkeletonRows } from '@/components/ui'
import type { Status } from '@/components/ui'
import { keepView } from '@/components/view'
import type { FailingJob, TriageView } from '@/server/api'

interface FailingPanelProps {
  view: TriageView | null
  stale: boolean
  zone: Zone
  now: number
}

/** Runs that failed in the last hour, one line a reason, with what does their work again. */
export function FailingPanel({ view, stale, zone, now }: FailingPanelProps) {
  const failing = view?.failing ?? []
  return (
    <Panel title="Failing jobs" sub="last 60 min" stale={stale}>
      {body()}
    </Panel>
  )

  function body() {
    if (!view) return <SkeletonRows rows={3} widths={[180, 90]} />
    const missing = view.missing.find(({ part }) => part === 'failing')
    if (missing) return <Failed title="The jobs did not load" message={missing.says} />
    if (failing.length === 0)
      return (
        <Note kind="done" title="No job failed">
          Every run of the last hour did all of its work, at the first attempt.
        </Note>
      )
    return (
      <ul>
        {failing.map((job) => (
          <Job key={job.id} job={job} zone={zone} now={now} />
        ))}
      </ul>
    )
  }
}

function Job({ job, zone, now }: { job: FailingJob; zone: Zone; now: number }) {
  const params = useSearchParams()
  const name = keepView('/jobs', params)
  return (
    <li className="failing-row">
      <Glyph status={statusOf(job)} label={job.status} />
      <span className="min-w-0">
        <Link
          className="font-medium hover:underline"
          href={`${name}${name.includes('?') ? '&' : '?'}job=${job.id}`}
        >
          {kindWord(job.kind)}
        </Link>{' '}
        {job.pipeline} <span className="text-text-3">{formatNear(job.at, zone, now)}</span>
        <span className="failing-why" title={job.error ? withInstants(job.error, zone, now) : undefined}>
          {whatHappened(job)}
          {job.error ? `: ${withInstants(job.error, zone, now)}` : ''}
        </span>
      </span>
      <span className="failing-action">
        {job.action ? <ActionButton action={job.action} /> : <Followed job={job} zone={zone} now={now} />}
      </span>
    </li>
  )
}

function statusOf({ status, followedBy }: FailingJob): Status {
  if (followedBy?.status === 'succeeded') return 'unknown'
  return status === 'failed' ? 'bad' : 'warn'
}

function whatHappened({ status, attempts, maxAttempts, failedItems, items, times }: FailingJob): string {
  const often = times > 1 ? `${times} runs, ` : ''
  if (status === 'running' || status === 'queued') return `${often}attempt ${attempts} of ${maxAttempts}`
  if (status === 'partial') return `${often}${failedItems} of ${plural(items, 'range')} failed`
  return `${often}failed after ${plural(attempts, 'attempt')}`
}

function Followed({ job: { followedBy, status }, zone, now }: { job: FailingJob; zone: Zone; now: number }) {
  if (followedBy === null)
    return (
      <span className="text-text-3">{status === 'running' ? 'is tried again' : 'waits for its turn'}</span>
    )
  const when = formatNear(followedBy.at, zone, now)
  return (
    <span className="text-text-3">
      {followedBy.status === 'succeeded'
        ? `a later run succeeded ${when}`
        : `a later run is ${followedBy.status}`}
    </span>
  )
}
