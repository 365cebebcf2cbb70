import type { Status } from '@/components/ui/glyph'
import type { JobView } from '@/server/api'

const kinds: Record<JobView['kind'], string> = {
  scheduled: 'Scheduled batch',
  reconcile: 'Reconcile',
  backfill: 'Recompute',
  rollback: 'Roll back',
  vacuum: 'Clean up old versions',
  preview: 'Preview',
  guard: 'Watch after the flip',
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

const statuses: Record<JobView['status'], Status> = {
  queued: 'unknown',
  running: 'unknown',
  succeeded: 'ok',
  failed: 'bad',
  cancelled: 'unknown',
  partial: 'warn',
}
export const jobStatus = (status: JobView['status']): Status => statuses[status]

export const isOpen = ({ status }: Pick<JobView, 'status'>): boolean =>
  status === 'queued' || status === 'running'

/** The stretch of event time a job works on, from its items; null when it has none. */
export function jobRange({ items }: Pick<JobView, 'items'>): { from: number; to: number } | null {
  const froms = items.flatMap((item) => (item.from === null ? [] : [item.from]))
  const tos = items.flatMap((item) => (item.to === null ? [] : [item.to]))
  if (froms.length === 0 || tos.length === 0) return null
  return { from: Math.min(...froms), to: Math.max(...tos) }
}

/** What the job made or why not, in a few words. */
export function jobOutcome({ items, error, status, cancelRequested }: JobView): string {
  if (cancelRequested && status === 'running') return 'stopping'
  if (error) return error
  const versions = items.flatMap((item) => (item.version === null ? [] : [`v${item.version}`]))
  const unique = [...new Set(versions)]
  if (unique.length > 0)
    return unique.length > 3
      ? `${unique.slice(0, 3).join(', ')} and ${unique.length - 3} more`
      : unique.join(', ')
  if (status === 'succeeded' && items.length === 0) return 'nothing to do'
  return ''
}
