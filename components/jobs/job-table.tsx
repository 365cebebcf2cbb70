'use client'
import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { Fragment } from 'react'
import { formatDuration, formatNear, formatRange } from '@/components/format'
import type { Zone } from '@/components/format'
import { Glyph } from '@/components/ui'
import type { JobView } from '@/server/api'
import { CancelJob } from './cancel-job'
import { JobItems } from './job-items'
import { isOpen, jobOutcome, jobRange, jobStatus, kindWord } from './job-words'

interface JobTableProps {
  jobs: JobView[]
  current: number | null
  opened: string | null
  zone: Zone
  now: number
  onToggle: (id: string) => void
}

export function JobTable({ jobs, current, opened, zone, now, onToggle }: JobTableProps) {
  return (
    <table className="table table-cards">
      <thead>
        <tr>
          <th>Job</th>
          <th>Pipeline</th>
          <th>Windows</th>
          <th className="w-[190px]">State</th>
          <th className="number">Took</th>
          <th className="w-1/4">Outcome</th>
          <th>By</th>
          <th>
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job, i) => (
          <Fragment key={job.id}>
            <tr data-selected={i === current || job.id === opened}>
              <td className="two-lines card-wide">
                <span className="flex items-start gap-2.5">
                  <span className="pt-[3px]">
                    <Glyph status={jobStatus(job.status)} label={job.status} />
                  </span>
                  <span className="min-w-0">
                    <button
                      type="button"
                      className="flex min-h-6 items-center gap-1 font-medium hover:underline"
                      aria-expanded={job.id === opened}
                      onClick={() => onToggle(job.id)}
                    >
                      {kindWord(job.kind)}
                      <ChevronRight
                        className={`icon h-3! w-3! text-text-3 ${job.id === opened ? 'rotate-90' : ''}`}
                        aria-hidden="true"
                      />
                    </button>
                    <span className="second">
                      {formatNear(job.startedAt ?? job.createdAt, zone, now, 'second')}
                    </span>
                  </span>
                </span>
              </td>
              <td data-label="Pipeline">
                <Link
                  className="inline-flex min-h-6 items-center hover:underline"
                  href={`/pipelines/${encodeURIComponent(job.pipeline)}`}
                >
                  {job.pipeline}
                </Link>
              </td>
              <td className="text-text-2" data-label="Windows">
                <Range job={job} zone={zone} now={now} />
              </td>
              <td data-label="State">
                <Progress job={job} now={now} />
              </td>
              <td className="number text-text-2" data-label="Took">
                {took(job, now)}
              </td>
              <td className="clip" data-label="Outcome" title={jobOutcome(job)}>
                {jobOutcome(job) || <span className="text-text-3">–</span>}
              </td>
              <td className="text-text-2" data-label="By">
                {job.createdBy}
              </td>
              <td className="number">
                <CancelJob job={job} />
              </td>
            </tr>
            {job.id === opened ? (
              <tr>
                <td colSpan={8} className="card-wide p-0!">
                  <JobItems job={job} zone={zone} now={now} />
                </td>
              </tr>
            ) : null}
          </Fragment>
        ))}
      </tbody>
    </table>
  )
}

function Range({ job, zone, now }: { job: JobView; zone: Zone; now: number }) {
  const range = jobRange(job)
  if (!range) return <span className="text-text-3">–</span>
  return <span>{formatRange(range.from, range.to, zone, now)}</span>
}

function Progress({ job, now }: { job: JobView; now: number }) {
  if (!isOpen(job)) return <span className="text-text-2">{job.status}</span>
  if (job.status === 'queued') return <span className="text-text-3">queued</span>
  return (
    <span className="flex items-center gap-2">
      <span
        className="bar w-[90px]"
        role="progressbar"
        aria-label="Progress"
        aria-valuenow={Math.round(job.progress * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <i style={{ width: `${job.progress * 100}%` }} />
      </span>
      <span className="text-small whitespace-nowrap text-text-3">
        {Math.round(job.progress * 100)} %
        {job.etaAt !== null && job.etaAt > now ? `, ${formatDuration(job.etaAt - now)} left` : ''}
      </span>
    </span>
  )
}

function took({ startedAt, finishedAt }: JobView, now: number): string {
  return startedAt === null ? '–' : formatDuration((finishedAt ?? now) - startedAt)
}
