import { formatDuration } from '@/components/format'
import type { Zone } from '@/components/format'
import { Hint, Tag } from '@/components/ui'
import type { JobView } from '@/server/api'
import { isOpen, itemsDone, openState } from '@/components/job'

interface JobProgressProps {
  job: JobView
  zone: Zone
  now: number
}

/** How far a job is and when it will be done; of an ended one with failures, which part of it. */
export function JobProgress({ job, zone, now }: JobProgressProps) {
  const { status, progress, items, etaAt } = job
  if (!isOpen(job)) {
    if (status !== 'partial') return <span className="text-text-2">{status}</span>
    return (
      <span className="flex items-center gap-2">
        <Parts job={job} />
        <span className="text-small whitespace-nowrap text-text-3">{itemsDone(job)}</span>
      </span>
    )
  }
  const { word, why } = openState(job, zone, now)
  const isHeld = word === 'held' || word === 'throttled'
  const tag = isHeld ? (
    <Hint text={why ?? 'Live work goes first.'}>
      <button type="button">
        <Tag status="warn">{word}</Tag>
      </button>
    </Hint>
  ) : word === 'running' ? null : (
    <span className="text-text-3">{word}</span>
  )
  if (status === 'queued' && progress === 0) return tag
  const percent = Math.round(progress * 100)
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <span
        className="bar w-[90px]"
        role="progressbar"
        aria-label="Progress"
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <i style={{ width: `${progress * 100}%` }} />
      </span>
      <span className="text-small whitespace-nowrap text-text-3">
        {items.length > 1 ? `${itemsDone(job)}, ` : ''}
        {percent} %
        {etaAt !== null && etaAt > now && word === 'running' ? `, ${formatDuration(etaAt - now)} left` : ''}
      </span>
      {tag}
    </span>
  )
}

function Parts({ job: { items } }: { job: JobView }) {
  const done = items.filter(({ status }) => status === 'succeeded').length / items.length
  const failed = items.filter(({ status }) => status === 'failed').length / items.length
  return (
    <span className="bar w-[90px]" aria-hidden="true">
      <i style={{ width: `${done * 100}%` }} />
      <i style={{ left: `${done * 100}%`, width: `${failed * 100}%`, background: 'var(--bad)' }} />
    </span>
  )
}
