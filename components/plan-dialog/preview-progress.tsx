import { formatDuration } from '@/components/format'
import { Button } from '@/components/ui'
import type { JobView, PlanPreview } from '@/server/api'

interface PreviewProgressProps {
  job: JobView | null
  preview: PlanPreview
  now: number
  onSkip: () => void
}

/** The difference is being computed on a staged version: nobody is served from it. */
export function PreviewProgress({ job, preview, now, onSkip }: PreviewProgressProps) {
  const progress = job?.progress ?? 0
  return (
    <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2" role="status">
      <span
        className="bar bar-tall w-[140px]"
        role="progressbar"
        aria-label="Computing the difference"
        aria-valuenow={Math.round(progress * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <i style={{ width: `${Math.max(2, progress * 100)}%` }} />
      </span>
      <span className="text-text-2">{says(job, preview, now)}</span>
      <span className="grow" />
      <Button size="small" variant="quiet" onClick={onSkip}>
        Go on without it
      </Button>
    </div>
  )
}

function says(job: JobView | null, preview: PlanPreview, now: number): string {
  if (job?.governor?.state === 'held')
    return `Held: ${job.governor.reasons.join('; ') || 'live work goes first'}`
  if (!job || job.status === 'queued' || preview.status === 'queued')
    return 'The difference is computed on a staged version: waiting for a worker'
  const left = job.etaAt !== null && job.etaAt > now ? `, ${formatDuration(job.etaAt - now)} left` : ''
  return `Computing the difference on a staged version: ${Math.round(job.progress * 100)} %${left}`
}
