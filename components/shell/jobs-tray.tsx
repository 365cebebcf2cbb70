'use client'
import { ListChecks } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { formatDuration, formatRange, plural } from '@/components/format'
import { jobOutcome, jobRange, jobStatus, kindWord, openState } from '@/components/job'
import { useConsoleFeed } from '@/components/live'
import { usePlans } from '@/components/plan-dialog'
import { Glyph } from '@/components/ui'
import { keepView, useNow, useZone } from '@/components/view'
import type { JobView, ProposalView } from '@/server/api'
import { Ring } from './ring'

const recent = 4
/** The system's own housekeeping is no news. */
const quiet = new Set<JobView['kind']>(['vacuum', 'scheduled'])
const isNews = ({ kind, status, finishedAt }: JobView): boolean =>
  finishedAt !== null && (!quiet.has(kind) || status !== 'succeeded')

/** What runs, what waits for a person and what ended last, on every screen and over a reload. */
export function JobsTray() {
  const { jobs, proposals } = useConsoleFeed()
  const [open, setOpen] = useState(false)
  const running = jobs?.filter(({ status }) => status === 'running') ?? []
  const waiting = proposals?.length ?? 0
  const progress = running.reduce((sum, job) => sum + job.progress, 0) / Math.max(1, running.length)
  const label = [
    running.length > 0 ? `${plural(running.length, 'job')} running` : 'No job runs',
    ...(waiting > 0 ? [`${plural(waiting, 'proposal')} waiting`] : []),
  ].join(', ')
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className="ctl" aria-label={`Jobs: ${label}`} title={label}>
        {running.length > 0 ? (
          <Ring progress={progress} />
        ) : (
          <ListChecks className="icon" aria-hidden="true" />
        )}
        {running.length > 0 ? <span>{plural(running.length, 'job')}</span> : null}
        {waiting > 0 ? (
          <span className="inline-flex items-center gap-1">
            <Glyph status="warn" label="Waiting" />
            {waiting}
          </span>
        ) : null}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu tray" align="end" sideOffset={6} collisionPadding={8}>
          <Tray jobs={jobs ?? []} proposals={proposals ?? []} onLeave={() => setOpen(false)} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

interface TrayProps {
  jobs: JobView[]
  proposals: ProposalView[]
  onLeave: () => void
}

function Tray({ jobs, proposals, onLeave }: TrayProps) {
  const { open } = usePlans()
  const params = useSearchParams()
  const [zone] = useZone()
  const now = useNow(1_000)
  const openJobs = jobs.filter(({ status }) => status === 'running' || status === 'queued')
  const ended = jobs.filter(isNews).slice(0, recent)
  const row = (job: JobView, note: ReactNode, right: ReactNode) => {
    const range = jobRange(job)
    return (
      <li key={job.id}>
        <Link className="tray-row" href={`/jobs?job=${job.id}`} onClick={onLeave}>
          <Glyph status={jobStatus(job.status)} label={job.status} />
          <span className="min-w-0 truncate">
            {kindWord(job.kind)} <span className="text-text-2">{job.pipeline}</span>{' '}
            <span className="text-small text-text-3">
              {range ? formatRange(range.from, range.to, zone, now) : ''}
            </span>
          </span>
          <span className="text-small whitespace-nowrap text-text-3">{right}</span>
          {note ? <span className="col-start-2 col-end-4">{note}</span> : null}
        </Link>
      </li>
    )
  }
  return (
    <>
      {proposals.length > 0 ? (
        <>
          <h2 className="menu-label">Waits for a person</h2>
          <ul>
            {proposals.map((proposal) => (
              <li key={proposal.id}>
                <button
                  type="button"
                  className="tray-row"
                  onClick={() => {
                    onLeave()
                    open({ planId: proposal.id })
                  }}
                >
                  <Glyph status="warn" label="Waits for a person" />
                  <span className="min-w-0 truncate">
                    Reconcile <span className="text-text-2">{proposal.pipeline}</span>
                  </span>
                  <span className="text-small text-text-3">{plural(proposal.changed, 'cell')} change</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <h2 className="menu-label">Open</h2>
      {openJobs.length === 0 ? (
        <p className="px-2 py-1.5 text-text-3">No job runs or waits.</p>
      ) : (
        <ul>
          {openJobs.map((job) => {
            const { word, why } = openState(job, zone, now)
            const left =
              job.etaAt !== null && job.etaAt > now && word === 'running'
                ? `${formatDuration(job.etaAt - now)} left`
                : word
            return row(
              job,
              <>
                <span className="bar" aria-hidden="true">
                  <i style={{ width: `${job.progress * 100}%` }} />
                </span>
                {why ? <span className="block text-small text-text-3">{why}</span> : null}
              </>,
              job.status === 'running' ? `${Math.round(job.progress * 100)} %, ${left}` : left,
            )
          })}
        </ul>
      )}
      {ended.length > 0 ? (
        <>
          <h2 className="menu-label">Ended last</h2>
          <ul>
            {ended.map((job) =>
              row(
                job,
                job.status === 'succeeded' ? null : (
                  <span className="block truncate text-small text-text-3">{jobOutcome(job)}</span>
                ),
                `${formatDuration(Math.max(0, now - (job.finishedAt ?? now)))} ago`,
              ),
            )}
          </ul>
        </>
      ) : null}
      <div className="menu-line" />
      <Link className="menu-item" href={keepView('/jobs', params)} onClick={onLeave}>
        All jobs
      </Link>
    </>
  )
}
