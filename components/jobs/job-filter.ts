import type { JobView } from '@/server/api'
import { isOpen } from '@/components/job'

export interface JobFilter {
  pipeline: string | null
  kind: JobView['kind'] | null
  /** `open`: queued or running. */
  status: JobView['status'] | 'open' | null
}

export const isFiltered = ({ pipeline, kind, status }: JobFilter): boolean =>
  pipeline !== null || kind !== null || status !== null

export function matchesJob(job: JobView, { pipeline, kind, status }: JobFilter): boolean {
  if (pipeline !== null && job.pipeline !== pipeline) return false
  if (kind !== null && job.kind !== kind) return false
  if (status === null) return true
  return status === 'open' ? isOpen(job) : job.status === status
}

/** Live jobs and those read once, each job once, the live one first; open ones first, then newest. */
export function mergeJobs(live: readonly JobView[], read: readonly JobView[]): JobView[] {
  const known = new Set(live.map(({ id }) => id))
  const all = [...live, ...read.filter(({ id }) => !known.has(id))]
  return all.sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || b.createdAt - a.createdAt)
}
