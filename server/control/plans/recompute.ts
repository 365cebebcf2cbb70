import { estimateRun } from '../../batch'
import type { Pool, PoolClient } from '../../clients'
import { AppError } from '../../platform'
import { pricePlan } from '../cost/price-plan'
import type { PlanEstimate, PlanItem } from '../model'
import { findPipeline } from '../pipeline-store'
import { readCoverage } from './coverage'
import type { Change, PlanDeps, Target } from './command'
import { coverageChanges } from './coverage-changes'
import { correctionsConsumers } from './consumers'
import { previewOf } from './plan-view'
import { bytesText, quotaOf } from './quota'
import { rangesOf } from './recompute-items'
import type { BackfillOptions, BackfillRequest } from './recompute-options'
import { wantedWindows } from './wanted-windows'
import { cellsCountLimit, countCells, knownExtent, type PlanDraft, type StoredPlan } from './plan-store'
import { endOfClosedWindows, snapOutwards, splitRange, type Range } from './window-range'
import { iso } from './instant'

type Queryable = Pick<Pool | PoolClient, 'query'>

/** What reconcile and backfill share: both recompute ranges of closed windows at a fresh cut, and publish them. */
export async function previewRecompute(
  { pool, nats, clock }: PlanDeps,
  target: Target,
  request: Omit<BackfillRequest, 'options'> & { options: BackfillOptions },
): Promise<PlanDraft> {
  const { stored, definition } = target
  const { mode, order, retryOf, runAt, preview } = request.options
  if (preview && runAt !== undefined)
    throw new AppError(
      'bad_request',
      'Planning failed: `options.preview` and `options.runAt` exclude each other, since a preview is put in force the moment it is applied. Give one of them.',
    )
  const { windowSizeMs } = definition
  const now = clock.now()
  const { range, notes } = closedPart(snapOutwards(request, windowSizeMs), definition, now)
  const { computeId } = stored
  const coverage = await readCoverage(pool, computeId, range)
  const keys = request.keys ?? null
  const wanted = await wantedWindows(pool, target, { range, mode, keys, retryOf: retryOf ?? null, coverage })
  notes.push(...wanted.notes)
  const extent = await knownExtent(pool, { id: computeId, type: definition.eventType })
  const parts = limited(wanted.ranges.flatMap((part) => splitRange(part, windowSizeMs, extent)))
  if (order === 'newest') parts.reverse()
  const counts = await countCells(pool, { computeId, ranges: parts })
  const total = counts.find(({ place }) => place === null)
  if (!extent) notes.push('No event of this type has been read yet: the range may turn out empty.')
  if ((total?.cells ?? 0) >= cellsCountLimit)
    notes.push(`Cells are counted up to ${cellsCountLimit}: there are more.`)
  if (runAt !== undefined)
    notes.push(
      `It starts at ${iso(runAt)} at the earliest, and only if the definition and the versions in force are still what this plan shows.`,
    )
  const items = parts.map((part, index): PlanItem => {
    const inside = coverage.filter((entry) => entry.from < part.to && entry.to > part.from)
    return {
      id: String(index + 1),
      label: `${iso(part.from)} to ${iso(part.to)}`,
      ...part,
      windows: (part.to - part.from) / windowSizeMs,
      activeVersions: [...new Set(inside.map(({ version }) => version))].sort((a, b) => b - a),
      becomesVersion: null,
      cells: counts.find(({ place }) => place === index + 1)?.cells ?? 0,
      before: null,
      after: null,
    }
  })
  const consumers = await correctionsConsumers(nats, stored.name)
  if (consumers === null) notes.push('Who reads the corrections could not be listed: the log did not answer.')
  const work = await estimateAll(pool, {
    computeId,
    definition,
    ranges: [...parts].sort((a, b) => a.from - b.from),
  })
  const estimate: PlanEstimate = {
    ...work,
    ...(await pricePlan({ pool, clock }, definition, work)),
    quota: await quotaOf(pool, definition),
  }
  if (estimate.quota && estimate.bytes > estimate.quota.left)
    notes.push(
      `Today's quota has ${bytesText(estimate.quota.left)} left of ${bytesText(estimate.quota.perDay)}: applying this will be refused until there is room.`,
    )
  return {
    items,
    notes,
    blastRadius: {
      windows: total?.windows ?? 0,
      keys: total?.keys ?? 0,
      cells: total?.cells ?? 0,
      consumers: consumers ?? [],
      objectives: Object.keys(definition.objectives),
    },
    estimate,
    expected: {
      definitionVersion: stored.version,
      computeId,
      publication: stored.publication,
      coverage,
      facts: [],
    },
  }
}

/** Gaps are estimated one by one while they are few; many together, as the stretch they lie in. */
async function estimateAll(
  pool: Pool,
  { ranges, ...compute }: { computeId: number; definition: Target['definition']; ranges: readonly Range[] },
): Promise<Omit<PlanEstimate, 'quota' | 'cost' | 'money'>> {
  const hull = { from: ranges[0]?.from ?? 0, to: ranges.at(-1)?.to ?? 0 }
  const parts = ranges.length <= 8 ? ranges : [hull]
  const estimates = await Promise.all(parts.map((range) => estimateRun(pool, { ...compute, range })))
  const sum = (field: 'seconds' | 'bytes' | 'events') =>
    estimates.reduce((total, estimate) => total + estimate[field], 0)
  const slow = estimates.map(({ seconds, slowSeconds }) => slowSeconds ?? seconds)
  return {
    seconds: Math.ceil(sum('seconds')),
    slowSeconds: estimates.some(({ slowSeconds }) => slowSeconds !== null)
      ? Math.ceil(slow.reduce((total, seconds) => total + seconds, 0))
      : null,
    bytes: sum('bytes'),
    events: sum('events'),
    basis: estimates[0]?.basis ?? '',
  }
}

function closedPart(
  range: Range,
  definition: Target['definition'],
  now: number,
): { range: Range; notes: string[] } {
  const end = endOfClosedWindows(definition, now)
  if (range.from >= end)
    throw new AppError(
      'unprocessable',
      `Planning failed: no window of the range is closed yet. The last closed window ends at ${iso(end)}; choose an earlier range.`,
    )
  if (range.to <= end) return { range, notes: [] }
  return {
    range: { from: range.from, to: end },
    notes: [`Windows after ${iso(end)} are still open and are left to the speed layer.`],
  }
}

/** Many gaps would make many small versions: neighbours are joined until few enough are left. */
function limited(parts: Range[]): Range[] {
  const limit = 64
  while (parts.length > limit) {
    const joined: Range[] = []
    for (let i = 0; i < parts.length; i += 2) {
      const a = parts[i]
      const b = parts[i + 1]
      if (a) joined.push({ from: a.from, to: (b ?? a).to })
    }
    parts = joined
  }
  return parts
}

/** Stale when the definition, or what answers inside the plan's ranges, is no longer what the plan showed. */
export async function recomputeChanges(db: Queryable, plan: StoredPlan): Promise<Change[]> {
  const changes = [...(await definitionChanges(db, plan)), ...(await previewChanges(db, plan))]
  const ranges = rangesOf(plan.items)
  if (changes.length > 0 || ranges.length === 0) return changes
  const { computeId, coverage } = plan.expected
  const hull = {
    from: Math.min(...ranges.map(({ from }) => from)),
    to: Math.max(...ranges.map(({ to }) => to)),
  }
  return coverageChanges(coverage ?? [], await readCoverage(db, computeId, hull), ranges)
}

/** A plan with a preview is applied with it: as soon as it is ready, and only while all of it is still staged. */
async function previewChanges(db: Queryable, plan: StoredPlan): Promise<Change[]> {
  const preview = previewOf(plan)
  if (preview === null || preview.status === 'failed' || plan.appliedAt !== null) return []
  if (preview.status !== 'ready')
    return [{ what: 'preview', expected: 'ready', found: `${preview.status}, job ${preview.jobId}` }]
  const { rows } = await db.query<{ number: number; state: string }>(
    `SELECT number, state FROM version WHERE id = ANY($1::int[]) AND state <> 'staged' ORDER BY number`,
    [preview.versionIds],
  )
  return rows.map(({ number, state }) => ({ what: `version ${number}`, expected: 'staged', found: state }))
}

export async function definitionChanges(
  db: Queryable,
  { pipeline, expected }: StoredPlan,
): Promise<Change[]> {
  const stored = await findPipeline(db, pipeline)
  if (stored?.deletedAt !== null)
    return [
      {
        what: `pipeline ${pipeline}`,
        expected: `definition ${expected.definitionVersion}`,
        found: 'removed',
      },
    ]
  return stored.version === expected.definitionVersion
    ? []
    : [{ what: `definition of ${pipeline}`, expected: expected.definitionVersion, found: stored.version }]
}
