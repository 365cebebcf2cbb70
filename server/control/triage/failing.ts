import type { AlertAction } from '../../slo'
import type { FailingJob } from './model'
import type { FailedRun } from './triage-store'

/** Runs of one kind that failed for one reason become one line: the newest, and how often. */
export function failingJobs(runs: readonly FailedRun[], limit: number): FailingJob[] {
  const byReason = new Map<string, FailingJob>()
  for (const run of [...runs].sort((a, b) => b.at - a.at)) {
    const error = run.error ?? run.items.find(({ error: ofItem }) => ofItem !== null)?.error ?? null
    const reason = JSON.stringify([run.kind, run.pipeline, run.status === 'partial', withoutFigures(error)])
    const known = byReason.get(reason)
    if (known) known.times++
    else byReason.set(reason, lineOf(run, error))
  }
  return [...byReason.values()].sort(worstFirst).slice(0, limit)
}

function lineOf(run: FailedRun, error: string | null): FailingJob {
  const { id, kind, pipeline, status, at, attempts, maxAttempts, items, followedBy } = run
  const isOpen = status === 'running' || status === 'queued'
  const isFollowed = followedBy !== null && followedBy.status !== 'failed'
  return {
    id,
    kind,
    pipeline,
    status,
    at,
    error,
    attempts,
    maxAttempts,
    failedItems: items.filter((item) => item.status === 'failed').length,
    items: items.length,
    times: 1,
    followedBy,
    action: isOpen || isFollowed ? null : retryOf(run),
  }
}

/** Only what the run left undone is tried again; one that had not come to any range is looked at. */
function retryOf({ id, pipeline, status, items }: FailedRun): AlertAction {
  const undone = items.filter((item) => status === 'failed' || item.status !== 'succeeded')
  const froms = undone.flatMap(({ from }) => (from === null ? [] : [from]))
  const tos = undone.flatMap(({ to }) => (to === null ? [] : [to]))
  if (froms.length === 0 || tos.length === 0) return { label: 'Open the job', href: `/jobs?job=${id}` }
  return {
    label: undone.length > 1 ? `Retry ${undone.length} failed…` : 'Retry…',
    plan: {
      kind: 'backfill',
      pipeline,
      from: Math.min(...froms),
      to: Math.max(...tos),
      options: { mode: 'failed', retryOf: id },
    },
  }
}

/** "Chunk 12 of 40 failed" and "Chunk 13 of 40 failed" are one reason. */
const withoutFigures = (text: string | null): string =>
  (text ?? '').replaceAll(/[\d.:TZ-]*\d[\d.:TZ-]*/g, '#')

const weight = ({ followedBy, status }: FailingJob): number =>
  followedBy?.status === 'succeeded' ? 0 : status === 'running' || status === 'queued' ? 1 : 2

const worstFirst = (a: FailingJob, b: FailingJob): number => weight(b) - weight(a) || b.at - a.at
