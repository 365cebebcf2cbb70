'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useRefusal } from '@/components/account'
import { formatCount, formatDuration, formatNear, plural, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { useOpenPlan, usePlans } from '@/components/plan-dialog'
import { Button, QuietGlyph } from '@/components/ui'
import { keepView } from '@/components/view'
import type { JobView } from '@/server/api'
import { JobItems } from './job-items'
import { isOpen, jobRange, plannedAndActual } from '@/components/job'

interface JobDetailProps {
  job: JobView
  zone: Zone
  now: number
}

/** What the job did, item by item, what held it, what it cost against its plan, and what can be done now. */
export function JobDetail({ job, zone, now }: JobDetailProps) {
  return (
    <div className="bg-sunken px-4 py-3 sm:pl-10">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-3 lg:grid-cols-[minmax(0,1fr)_280px]">
        <div className="min-w-0">
          <p className="mb-2 text-text-2">
            {job.reason ? <>Reason: {job.reason}. </> : null}
            Attempt {formatCount(Math.max(job.attempts, 1))}
            {job.error ? `. ${withInstants(job.error, zone, now)}` : ''}
          </p>
          <Governor job={job} now={now} />
          <JobItems job={job} zone={zone} now={now} />
          <Actions job={job} />
        </div>
        <Facts job={job} zone={zone} now={now} />
      </div>
    </div>
  )
}

/** Law 10: what the governor decided for this job, and why. */
function Governor({ job: { governor, status }, now }: { job: JobView; now: number }) {
  if (!governor) return null
  const held = governor.heldMs + (governor.state === 'held' ? Math.max(0, now - governor.since) : 0)
  if (governor.state === 'running' && held === 0) return null
  const open = status === 'queued' || status === 'running'
  return (
    <p className="mb-2 flex gap-2">
      <QuietGlyph status={open && governor.state !== 'running' ? 'warn' : 'unknown'} />
      <span>
        {open && governor.state !== 'running' ? (
          <>
            <b className="font-medium">{governor.state === 'held' ? 'Held' : 'Throttled'}</b> for{' '}
            {formatDuration(now - governor.since)}: {governor.reasons.join('; ') || 'live work goes first'}
            .{' '}
          </>
        ) : null}
        {held > 0 ? <span className="text-text-3">Held {formatDuration(held)} in all.</span> : null}
      </span>
    </p>
  )
}

function Actions({ job }: { job: JobView }) {
  const openPlan = useOpenPlan()
  const { open } = usePlans()
  const params = useSearchParams()
  const refusal = useRefusal('plan a retry')
  const failed = job.items.filter(({ status }) => status === 'failed')
  const range = jobRange({ items: failed })
  const { planId, pipeline } = job
  const proposal = job.result?.proposal ?? null
  const watch = job.result?.guardJob ?? null
  const hasVersions = job.items.some(({ version }) => version !== null)
  return (
    <div className="mt-3 flex flex-wrap items-center gap-2">
      {failed.length > 0 && range && !isOpen(job) ? (
        <Button
          size="small"
          variant="primary"
          off={refusal}
          onClick={() => openPlan({ kind: 'backfill', pipeline, ...range, mode: 'failed', retryOf: job.id })}
        >
          Retry {formatCount(failed.length)} failed…
        </Button>
      ) : null}
      {proposal ? (
        <Button size="small" variant="primary" onClick={() => open({ planId: proposal })}>
          Open its proposal…
        </Button>
      ) : null}
      {planId ? (
        <Button size="small" onClick={() => open({ planId })}>
          Its plan
        </Button>
      ) : null}
      {watch ? (
        <Button size="small" asChild>
          <Link href={`/jobs?job=${watch}`}>Its watch</Link>
        </Button>
      ) : null}
      {job.startedAt !== null ? (
        <Button size="small" asChild>
          <Link href={keepView(`/traces/${job.id}`, params)}>Its trace</Link>
        </Button>
      ) : null}
      {hasVersions ? (
        <Button size="small" asChild>
          <Link href={keepView(`/pipelines/${encodeURIComponent(pipeline)}?tab=history`, params)}>
            Its versions
          </Link>
        </Button>
      ) : null}
    </div>
  )
}

function Facts({ job, zone, now }: JobDetailProps) {
  const { result, createdAt, startedAt, finishedAt, id } = job
  const comparison = result?.comparison
  return (
    <dl className="kv self-start">
      {plannedAndActual(job, now).map(({ name, actual, planned }) => (
        <FactRow key={name} name={name}>
          {actual}
          {planned ? <span className="text-text-3"> planned {planned}</span> : null}
        </FactRow>
      ))}
      <FactRow name="Asked">{formatNear(createdAt, zone, now, 'second')}</FactRow>
      {startedAt === null ? null : (
        <FactRow name="Started">{formatNear(startedAt, zone, now, 'second')}</FactRow>
      )}
      {finishedAt === null ? null : (
        <FactRow name="Ended">{formatNear(finishedAt, zone, now, 'second')}</FactRow>
      )}
      {comparison ? (
        <FactRow name="Compared">
          {plural(comparison.cells, 'cell')}, {formatCount(comparison.differing)} differed
        </FactRow>
      ) : null}
      {comparison && comparison.beyond > 0 ? (
        <FactRow name="Beyond tolerance">{plural(comparison.beyond, 'cell')}</FactRow>
      ) : null}
      {comparison && comparison.drifting > 0 ? (
        <FactRow name="Unexplained">
          <span className="text-bad">{plural(comparison.drifting, 'cell')}</span>
        </FactRow>
      ) : null}
      {result?.corrections ? <FactRow name="Corrections">{formatCount(result.corrections)}</FactRow> : null}
      {result?.publication ? <FactRow name="Publication">{formatCount(result.publication)}</FactRow> : null}
      <FactRow name="Job">
        <span className="mono text-text-3" title={id}>
          {id.slice(0, 8)}
        </span>
      </FactRow>
    </dl>
  )
}

function FactRow({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}
