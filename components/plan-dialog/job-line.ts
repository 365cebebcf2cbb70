import { formatDuration, plural } from '@/components/format'
import type { Status } from '@/components/ui/glyph'
import type { JobView } from '@/server/api'

/** One line about a job for its toast. */
export function jobLine(
  title: string,
  job: JobView | null,
  now: number,
): { status: Status | 'running'; text: string } {
  if (!job || job.status === 'queued') return { status: 'running', text: `${title}: queued` }
  if (job.status === 'running') return { status: 'running', text: `${title}: ${progress(job, now)}` }
  if (job.status === 'succeeded') return { status: 'ok', text: `${title}: done${versions(job)}` }
  if (job.status === 'cancelled')
    return { status: 'unknown', text: `${title}: cancelled; what was published stays` }
  const failed = job.items.filter((item) => item.status === 'failed').length
  if (job.status === 'partial')
    return { status: 'warn', text: `${title}: ${plural(failed, 'item')} of ${job.items.length} failed` }
  return { status: 'bad', text: `${title}: failed. ${job.error ?? 'The job says no reason.'}` }
}

function progress(job: JobView, now: number): string {
  const done = job.items.filter((item) => item.status === 'succeeded').length
  const share =
    job.items.length > 1
      ? `${done} of ${plural(job.items.length, 'item')}`
      : `${Math.round(job.progress * 100)} %`
  return job.etaAt !== null && job.etaAt > now ? `${share}, ${formatDuration(job.etaAt - now)} left` : share
}

function versions(job: JobView): string {
  const numbers = job.items.flatMap((item) => (item.version === null ? [] : [item.version]))
  return numbers.length === 0
    ? ''
    : `, ${numbers
        .slice(0, 3)
        .map((n) => `v${n}`)
        .join(', ')} published`
}
