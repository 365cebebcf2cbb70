import type { Pool, PoolClient } from '../../clients'
import type { Clock } from '../../platform'
import type { JobItem, PlanItem, PlanView, PreviewDiff } from '../model'
import { definitionOf } from '../pipeline-info'
import type { StoredPipeline } from '../pipeline-store'
import type { PlanDeps } from './command'
import { correctionsConsumers } from './consumers'
import { readCoverage } from './coverage'
import { atOnce } from './instant'
import { needsSecond } from './four-eyes'
import { countCells, insertPlan, selectProposals } from './plan-store'
import { viewOf } from './plan-view'

/** A proposal waits until the next scheduled run makes another; the column wants an instant. */
const proposalLifeMs = 10 * 365 * 86_400_000

/**
 * A plan that publishes what a scheduled run has staged, for a person to apply; in the transaction that ends the run.
 * Resolves to its id.
 */
export async function propose(
  { nats, clock }: Pick<PlanDeps, 'nats' | 'clock'>,
  client: PoolClient,
  run: {
    stored: StoredPipeline
    items: readonly JobItem[]
    jobId: string
    versionIds: number[]
    epoch: number
    diff: PreviewDiff
  },
): Promise<string> {
  const { stored, diff } = run
  const { computeId } = stored
  const definition = definitionOf(stored)
  const ranges = run.items.flatMap(({ from, to }) => (from === null || to === null ? [] : [{ from, to }]))
  const hull = {
    from: Math.min(...ranges.map(({ from }) => from)),
    to: Math.max(...ranges.map(({ to }) => to)),
  }
  const coverage = await readCoverage(client, computeId, hull)
  const counts = await countCells(client, { computeId, ranges })
  const total = counts.find(({ place }) => place === null)
  const now = clock.now()
  const blastRadius: PlanView['blastRadius'] = {
    windows: total?.windows ?? 0,
    keys: total?.keys ?? 0,
    cells: total?.cells ?? 0,
    consumers: (await correctionsConsumers(nats, stored.name)) ?? [],
    objectives: Object.keys(definition.objectives),
  }
  const estimate = atOnce('what is put in force is computed already')
  const plan = await insertPlan(client, {
    kind: 'reconcile',
    pipeline: stored.name,
    request: { kind: 'reconcile', pipeline: stored.name, ...hull },
    items: ranges.map((range, index): PlanItem => {
      const inside = coverage.filter((entry) => entry.from < range.to && entry.to > range.from)
      return {
        id: String(index + 1),
        label: `${new Date(range.from).toISOString()} to ${new Date(range.to).toISOString()}`,
        ...range,
        windows: (range.to - range.from) / definition.windowSizeMs,
        activeVersions: [...new Set(inside.map(({ version }) => version))].sort((a, b) => b - a),
        becomesVersion: run.items[index]?.version ?? null,
        cells: counts.find(({ place }) => place === index + 1)?.cells ?? 0,
        before: null,
        after: null,
      }
    }),
    notes: [
      `The scheduled run found ${diff.beyond} ${diff.beyond === 1 ? 'cell' : 'cells'} beyond the tolerance of ${definition.batch.tolerance}; it publishes nothing by itself. The next run replaces this proposal.`,
    ],
    blastRadius,
    estimate,
    expected: {
      definitionVersion: stored.version,
      computeId,
      publication: stored.publication,
      coverage,
      facts: [],
    },
    preview: {
      status: 'ready',
      jobId: run.jobId,
      versionIds: run.versionIds,
      versions: run.items.flatMap(({ version }) => version ?? []),
      epoch: run.epoch,
      error: null,
      diff,
    },
    needsSecond: await needsSecond(client, { cells: blastRadius.cells, bytes: estimate.bytes }),
    isProposal: true,
    createdBy: 'schedule',
    createdAt: now,
    expiresAt: now + proposalLifeMs,
  })
  return plan.id
}

/** Proposals that wait for a person, newest first. */
export async function listProposals(
  { pool, clock }: { pool: Pool; clock: Clock },
  pipeline: string | null,
): Promise<PlanView[]> {
  const now = clock.now()
  return (await selectProposals(pool, { pipeline, now })).map((plan) => viewOf(plan, now))
}
