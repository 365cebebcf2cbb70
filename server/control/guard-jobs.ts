import type { PoolClient } from '../clients'
import type { Published, Range } from '../serving'
import { union } from '../serving'
import { insertJob } from './job-store'

export interface GuardBounds {
  minutes: number
  divergence?: number | undefined
  freshnessS?: number | undefined
}

export interface GuardPayload {
  computeId: number
  /** The flip that is watched. */
  publication: number
  /** Where it changed what answers. */
  ranges: Range[]
  since: number
  until: number
  divergence: number | null
  freshnessS: number | null
  /** The job whose flip it is. */
  ofJob: string
}

/** The job that watches a flip, made in the transaction of the flip. Resolves to its id. */
export async function enqueueGuard(
  client: PoolClient,
  input: {
    published: Published
    job: { id: string; pipeline: string; planId: string | null; createdBy: string; reason: string | null }
    guard: GuardBounds
    now: number
  },
): Promise<string> {
  const { published, job, guard, now } = input
  const ranges = union([...published.added, ...published.replaced])
  const payload: GuardPayload = {
    computeId: published.computeId,
    publication: published.publication,
    ranges,
    since: now,
    until: now + guard.minutes * 60_000,
    divergence: guard.divergence ?? null,
    freshnessS: guard.freshnessS ?? null,
    ofJob: job.id,
  }
  const id = await insertJob(client, {
    kind: 'guard',
    pipeline: job.pipeline,
    payload: { ...payload },
    items: [
      {
        id: '1',
        label: `Watch publication ${published.publication} for ${guard.minutes} minutes`,
        from: Math.min(...ranges.map(({ from }) => from)),
        to: Math.max(...ranges.map(({ to }) => to)),
        status: 'queued',
        version: null,
        rows: null,
        error: null,
      },
    ],
    createdBy: job.createdBy,
    reason: job.reason,
    ...(job.planId !== null && { planId: job.planId }),
  })
  if (id === null) throw new Error('a job without a dedupe key was taken for a duplicate')
  return id
}
