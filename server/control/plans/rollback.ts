import type { Pool, PoolClient } from '../../clients'
import { AppError, newId } from '../../platform'
import { recordCorrections } from '../../reconcile'
import { previewRollback, rollbackTo, type RollbackTarget } from '../../serving'
import { compiledOf } from '../compiled'
import { enqueueGuard } from '../guard-jobs'
import { insertFinishedJob } from '../job-store'
import type { JobItem, PlanItem } from '../model'
import { findPipeline } from '../pipeline-store'
import type { Change, PlanCommand } from './command'
import { correctionsConsumers } from './consumers'
import { iso, atOnce } from './instant'
import { countCells, type StoredPlan } from './plan-store'
import { definitionChanges } from './recompute'
import type { GuardOptions } from './recompute-options'

export interface RollbackRequest {
  /** A version's number, or the number of a publication to go back to. */
  options: ({ version: number } | { publication: number }) & { guard?: GuardOptions | undefined }
}

/** Makes earlier answers the served ones again. It is one flip, so applying the plan does it at once. */
export const rollback: PlanCommand<RollbackRequest> = {
  async preview({ pool, nats }, { stored, definition }, { options }) {
    const { computeId, publication, version } = stored
    const { changes } = await previewRollback(pool, computeId, targetOf(options))
    if (changes.length === 0)
      throw new AppError(
        'unprocessable',
        'Nothing to roll back: what was asked for answers already. Choose another version.',
      )
    const counts = await countCells(pool, { computeId, ranges: changes })
    const items = changes.map((change, index): PlanItem => ({
      id: String(index + 1),
      label: `${iso(change.from)} to ${iso(change.to)}: ${named(change.before)} → ${named(change.after)}`,
      from: change.from,
      to: change.to,
      windows: (change.to - change.from) / definition.windowSizeMs,
      activeVersions: change.before ? [change.before.number] : [],
      becomesVersion: change.after?.number ?? null,
      cells: counts.find(({ place }) => place === index + 1)?.cells ?? 0,
      before: null,
      after: null,
    }))
    const total = counts.find(({ place }) => place === null)
    return {
      items,
      notes: ['Events after the older cut are still counted: the speed layer answers for them.'],
      blastRadius: {
        windows: total?.windows ?? 0,
        keys: total?.keys ?? 0,
        cells: total?.cells ?? 0,
        consumers: (await correctionsConsumers(nats, stored.name)) ?? [],
        objectives: Object.keys(definition.objectives),
      },
      estimate: atOnce('a rollback moves pointers and reads no event'),
      expected: { definitionVersion: version, computeId, publication, coverage: null, facts: [] },
    }
  },

  changes: async (client, plan) => [
    ...(await definitionChanges(client, plan)),
    ...(await publicationChanges(client, plan)),
  ],

  async apply(client, plan, { actor, reason }, { clock }) {
    const jobId = newId()
    const stored = await findPipeline(client, plan.pipeline)
    if (!stored) throw new AppError('not_found', `There is no pipeline ${plan.pipeline}.`)
    await client.query('SET LOCAL statement_timeout = 0')
    const published = await rollbackTo(client, {
      computeId: plan.expected.computeId,
      target: targetOf(optionsOf(plan)),
      expectedPublication: plan.expected.publication,
      actor,
      reason,
      jobId,
    })
    const corrections = await recordCorrections(client, {
      compiled: compiledOf(stored),
      published,
      kind: 'rollback',
      jobId,
    })
    const { guard } = optionsOf(plan)
    const job = { id: jobId, pipeline: plan.pipeline, planId: plan.id, createdBy: actor, reason }
    const guardJob = guard ? await enqueueGuard(client, { published, job, guard, now: clock.now() }) : null
    await insertFinishedJob(client, {
      ...job,
      kind: 'rollback',
      payload: { computeId: plan.expected.computeId, ...targetOf(optionsOf(plan)) },
      items: plan.items.map(doneItem),
      result: {
        publication: published.publication,
        boundary: published.boundary,
        corrections,
        ...(guardJob && { guardJob }),
      },
    })
    return { jobId, published }
  },
}

async function publicationChanges(
  db: Pick<Pool | PoolClient, 'query'>,
  { pipeline, expected }: StoredPlan,
): Promise<Change[]> {
  const { rows } = await db.query<{ publication: number }>('SELECT publication FROM compute WHERE id = $1', [
    expected.computeId,
  ])
  const found = rows[0]?.publication ?? null
  return found === expected.publication
    ? []
    : [{ what: `publication of ${pipeline}`, expected: expected.publication, found }]
}

const optionsOf = ({ request }: StoredPlan) => (request as RollbackRequest).options

const targetOf = (options: RollbackRequest['options']): RollbackTarget =>
  'version' in options ? { version: options.version } : { publication: options.publication }

const doneItem = ({ id, label, from, to, becomesVersion, cells }: PlanItem): JobItem => ({
  id,
  label,
  from,
  to,
  status: 'succeeded',
  version: becomesVersion,
  rows: cells,
  error: null,
})

const named = (version: { number: number } | null) => (version ? `version ${version.number}` : 'speed alone')
