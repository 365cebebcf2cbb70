import { formatDuration, formatRange } from '@/components/format'
import type { Zone } from '@/components/format'
import type { JobView, PlanView } from '@/server/api'

interface Conflict {
  id: string
  what: string
  then: string
}

const kinds: Partial<Record<JobView['kind'], string>> = {
  scheduled: 'A scheduled run',
  reconcile: 'A reconcile',
  backfill: 'A backfill',
  preview: 'A preview',
  redrive: 'A redrive',
}

/** Open jobs of the same pipeline that work on windows of the plan. */
export function conflictsOf(plan: PlanView, jobs: JobView[], zone: Zone, now: number): Conflict[] {
  return jobs.flatMap((job) => {
    const isOpen = job.status === 'queued' || job.status === 'running'
    const name = kinds[job.kind]
    if (!isOpen || !name || job.pipeline !== plan.pipeline || job.id === plan.preview?.jobId) return []
    const shared = overlap(plan.items, job.items)
    if (!shared) return []
    const left = job.etaAt !== null && job.etaAt > now ? `, ${formatDuration(job.etaAt - now)} left` : ''
    return [
      {
        id: job.id,
        what: `${name} ${job.status === 'queued' ? 'waits' : `runs (${Math.round(job.progress * 100)} %${left})`} on ${formatRange(shared.from, shared.to, zone, now)}`,
        then:
          job.kind === 'preview'
            ? 'It only compares; nothing of it is put in force by itself.'
            : 'What it puts in force before this is applied makes this plan stale.',
      },
    ]
  })
}

interface Placed {
  from: number | null
  to: number | null
}

/** The stretch from the first to the last instant that both touch; null when they touch none together. */
function overlap(a: Placed[], b: Placed[]): { from: number; to: number } | null {
  const shared = a.flatMap((one) =>
    b.flatMap((other) => {
      if (one.from === null || one.to === null || other.from === null || other.to === null) return []
      const from = Math.max(one.from, other.from)
      const to = Math.min(one.to, other.to)
      return from < to ? [{ from, to }] : []
    }),
  )
  if (shared.length === 0) return null
  return { from: Math.min(...shared.map((s) => s.from)), to: Math.max(...shared.map((s) => s.to)) }
}
