import { formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import { QuietGlyph } from '@/components/ui'
import type { Status } from '@/components/ui'
import type { JobStatus, PipelineStatus } from '@/server/api'

const statuses: Record<JobStatus, Status> = {
  queued: 'unknown',
  running: 'unknown',
  succeeded: 'ok',
  failed: 'bad',
  cancelled: 'unknown',
  partial: 'warn',
}

export const runStatus = (status: JobStatus): Status => statuses[status]

interface LastRunProps {
  run: PipelineStatus['lastRun']
  zone: Zone
  now: number
}

export function LastRun({ run, zone, now }: LastRunProps) {
  if (!run) return <span className="text-text-3">none yet</span>
  return (
    <span className="inline-flex items-center gap-1.5" title={run.error ?? undefined}>
      <QuietGlyph status={statuses[run.status]} />
      {run.status}
      {run.finishedAt !== null ? (
        <span className="text-text-3">{formatNear(run.finishedAt, zone, now)}</span>
      ) : null}
    </span>
  )
}
