import { formatBytes, formatCount, formatDuration, formatNear, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import type { Status } from '@/components/ui'
import type { JobItem, JobView } from '@/server/api'

const kinds: Record<JobView['kind'], string> = {
  scheduled: 'Scheduled batch',
  reconcile: 'Reconcile',
  backfill: 'Backfill',
  rollback: 'Roll back',
  vacuum: 'Clean up old versions',
  preview: 'Preview',
  guard: 'Watch after a flip',
  redrive: 'Put back kept events',
  pause: 'Pause',
  resume: 'Resume',
  quarantine: 'Quarantine',
  release: 'Release',
  restart: 'Restart',
  definition: 'Change of definition',
  cancel: 'Cancel',
}
export const kindWord = (kind: JobView['kind']): string => kinds[kind]
export const jobKinds = Object.keys(kinds) as JobView['kind'][]

const statuses: Record<JobView['status'], Status> = {
  queued: 'unknown',
  running: 'unknown',
  succeeded: 'ok',
  failed: 'bad',
  cancelled: 'unknown',
  partial: 'warn',
}
export const jobStatus = (status: JobView['status']): Status => statuses[status]
export const jobStatuses = Object.keys(statuses) as JobView['status'][]

export const isOpen = ({ status }: Pick<JobView, 'status'>): boolean =>
  status === 'queued' || status === 'running'

/** The stretch of event time a job works on, from its items; null when it has none. */
export function jobRange({ items }: { items: Pick<JobItem, 'from' | 'to'>[] }): {
  from: number
  to: number
} | null {
  const froms = items.flatMap((item) => (item.from === null ? [] : [item.from]))
  const tos = items.flatMap((item) => (item.to === null ? [] : [item.to]))
  if (froms.length === 0 || tos.length === 0) return null
  return { from: Math.min(...froms), to: Math.max(...tos) }
}

/** Where an open job stands, in a word or two, and what holds it. */
export function openState(job: JobView, zone: Zone, now: number): { word: string; why: string | null } {
  const { status, pauseRequested, cancelRequested, governor, runAfter } = job
  if (cancelRequested) return { word: 'stopping', why: null }
  if (pauseRequested) return { word: status === 'queued' ? 'paused' : 'pausing', why: null }
  if (governor && governor.state !== 'running')
    return { word: governor.state, why: governor.reasons.join('; ') || null }
  if (status === 'running') return { word: 'running', why: null }
  return runAfter > now + 1_000
    ? { word: `starts ${formatNear(runAfter, zone, now, 'second')}`, why: null }
    : { word: 'queued', why: null }
}

/** What the job made or why not, in a few words. */
export function jobOutcome(job: JobView): string {
  const { items, error, status, cancelRequested, result } = job
  if (cancelRequested && status === 'running') return 'stopping'
  if (error) return error
  if (result?.proposal) return 'waits for a person: differences beyond the tolerance'
  if (result?.guard) return result.guard.says
  const versions = items.flatMap((item) => (item.version === null ? [] : [`v${item.version}`]))
  const unique = [...new Set(versions)]
  if (unique.length > 0) {
    const named =
      unique.length > 3 ? `${unique.slice(0, 3).join(', ')} and ${unique.length - 3} more` : unique.join(', ')
    const corrections = result?.corrections
    return corrections ? `${named}, ${plural(corrections, 'correction')}` : named
  }
  if (status === 'succeeded' && items.length === 0) return 'nothing to do'
  return ''
}

/** Planned against actual, where a plan said what to expect. */
export function plannedAndActual(
  { estimate, startedAt, finishedAt, bytes }: JobView,
  now: number,
): { name: string; actual: string; planned: string }[] {
  if (startedAt === null) return []
  const took = (finishedAt ?? now) - startedAt
  const rows = [
    {
      name: 'Duration',
      actual: formatDuration(took),
      planned: estimate ? formatDuration(estimate.seconds * 1_000) : '',
    },
  ]
  if (bytes > 0 || (estimate?.bytes ?? 0) > 0)
    rows.push({
      name: 'Read',
      actual: formatBytes(bytes),
      planned: estimate ? formatBytes(estimate.bytes) : '',
    })
  return rows
}

/** How many items are done, and how many failed, in words. */
export function itemsDone({ items }: Pick<JobView, 'items'>): string {
  const done = items.filter(({ status }) => status === 'succeeded').length
  const failed = items.filter(({ status }) => status === 'failed').length
  const text = `${formatCount(done)} of ${formatCount(items.length)}`
  return failed > 0 ? `${text}, ${formatCount(failed)} failed` : text
}
