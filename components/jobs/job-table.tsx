'use client'
import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { Fragment } from 'react'
import { formatDuration, formatNear, formatRange, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { Glyph } from '@/components/ui'
import type { JobView } from '@/server/api'
import { JobActions } from './job-actions'
import { JobDetail } from './job-detail'
import { JobProgress } from './job-progress'
import { jobOutcome, jobRange, jobStatus, kindWord } from '@/components/job'

interface JobTableProps {
  jobs: JobView[]
  current: number | null
  opened: string | null
  zone: Zone
  now: number
  onToggle: (id: string) => void
}

export function JobTable({ jobs, current, opened, zone, now, onToggle }: JobTableProps) {
  const outcome = (job: JobView) => withInstants(jobOutcome(job), zone, now)
  return (
    <table className="table table-cards">
      <thead>
        <tr>
          <th>Job</th>
          <th>Pipeline</th>
          <th>Windows</th>
          <th className="w-[210px]">State</th>
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
                <JobProgress job={job} zone={zone} now={now} />
              </td>
              <td className="number text-text-2" data-label="Took">
                {took(job, now)}
              </td>
              <td className="clip" data-label="Outcome" title={outcome(job)}>
                {outcome(job) || <span className="text-text-3">–</span>}
              </td>
              <td className="text-text-2" data-label="By">
                {job.createdBy}
              </td>
              <td className="number">
                <JobActions job={job} />
              </td>
            </tr>
            {job.id === opened ? (
              <tr>
                <td colSpan={8} className="card-wide p-0!">
                  <JobDetail job={job} zone={zone} now={now} />
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

function took({ startedAt, finishedAt }: JobView, now: number): string {
  return startedAt === null ? '–' : formatDuration((finishedAt ?? now) - startedAt)
}
