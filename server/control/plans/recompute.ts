import { estimateRun } from '../../batch'
import type { Pool, PoolClient } from '../../clients'
import { AppError } from '../../platform'
import { canonicalJson } from '../canonical-json'
import { insertJob } from '../job-store'
import type { JobItem, PlanEstimate, PlanItem } from '../model'
import { findPipeline } from '../pipeline-store'
import { subtract } from '../../serving'
import { readCoverage } from './coverage'
import type { Approval, Change, PlanDeps, Target } from './command'
import { cellsCountLimit, countCells, knownExtent, type PlanDraft, type StoredPlan } from './plan-store'
import { endOfClosedWindows, snapOutwards, splitRange, type Range } from './window-range'

/** What reconcile and backfill share: both recompute ranges of closed windows at a fresh cut, and publish them. */
export async function previewRecompute(
  { pool, clock }: PlanDeps,
  { stored, definition }: Target,
  request: Range & { onlyMissing: boolean },
): Promise<PlanDraft> {
  const { windowSizeMs } = definition
  const { range, notes } = closedPart(snapOutwards(request, windowSizeMs), definition, clock.now())
  const { computeId } = stored
  const coverage = await readCoverage(pool, computeId, range)
  const wanted = request.onlyMissing ? subtract(range, coverage) : [range]
  if (wanted.length === 0)
    throw new AppError(
      'unprocessable',
      'Nothing to backfill: every closed window of the range has a version. Use mode "all" to recompute them.',
    )
  const extent = await knownExtent(pool, { id: computeId, type: definition.eventType })
  const parts = limited(wanted.flatMap((part) => splitRange(part, windowSizeMs, extent)))
  const counts = await countCells(pool, { computeId, ...range, starts: parts.map(({ from }) => from) })
  const total = counts.find(({ place }) => place === null)
  if (!extent) notes.push('No event of this type has been read yet: the range may turn out empty.')
  if ((total?.cells ?? 0) >= cellsCountLimit)
    notes.push(`Cells are counted up to ${cellsCountLimit}: there are more.`)
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
  return {
    items,
    notes,
    blastRadius: {
      windows: total?.windows ?? 0,
      keys: total?.keys ?? 0,
      cells: total?.cells ?? 0,
      consumers: [],
      objectives: Object.keys(definition.objectives),
    },
    estimate: await estimateAll(pool, { computeId, definition, ranges: wanted }),
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
): Promise<PlanEstimate> {
  const hull = { from: ranges[0]?.from ?? 0, to: ranges.at(-1)?.to ?? 0 }
  const parts = ranges.length <= 8 ? ranges : [hull]
  const estimates = await Promise.all(parts.map((range) => estimateRun(pool, { ...compute, range })))
  const sum = (field: 'seconds' | 'bytes' | 'events' | 'cost') =>
    estimates.reduce((total, estimate) => total + estimate[field], 0)
  return {
    seconds: Math.ceil(sum('seconds')),
    bytes: sum('bytes'),
    events: sum('events'),
    cost: sum('cost'),
    basis: estimates[0]?.basis ?? '',
    slowSeconds: null,
    quota: null,
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

/** Stale when the definition, or what answers inside the range, is no longer what the plan showed. */
export async function recomputeChanges(client: PoolClient, plan: StoredPlan): Promise<Change[]> {
  const { expected, items } = plan
  const changes = await definitionChanges(client, plan)
  const first = items[0]
  const last = items.at(-1)
  if (changes.length > 0 || !first || !last) return changes
  const range = coveredRange(plan)
  const now = await readCoverage(client, expected.computeId, range)
  const then = (expected.coverage ?? []).filter((entry) => entry.to > range.from && entry.from < range.to)
  if (canonicalJson(now) === canonicalJson(then)) return []
  return [
    {
      what: `versions from ${iso(range.from)} to ${iso(range.to)}`,
      expected: then.map(readable),
      found: now.map(readable),
    },
  ]
}

export async function definitionChanges(
  client: PoolClient,
  { pipeline, expected }: StoredPlan,
): Promise<Change[]> {
  const stored = await findPipeline(client, pipeline)
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

function coveredRange({ items, expected }: StoredPlan): Range {
  const ranges = [...rangesOf(items), ...(expected.coverage ?? [])]
  return { from: Math.min(...ranges.map(({ from }) => from)), to: Math.max(...ranges.map(({ to }) => to)) }
}

const rangesOf = (items: readonly PlanItem[]): Range[] =>
  items.flatMap(({ from, to }) => (from === null || to === null ? [] : [{ from, to }]))

export async function enqueueRecompute(
  client: PoolClient,
  plan: StoredPlan,
  approval: Approval,
): Promise<string> {
  const jobId = await insertJob(client, {
    kind: plan.kind,
    pipeline: plan.pipeline,
    planId: plan.id,
    payload: {
      computeId: plan.expected.computeId,
      ranges: rangesOf(plan.items),
    },
    items: plan.items.map(queuedItem),
    createdBy: approval.actor,
    reason: approval.reason,
  })
  if (jobId === null) throw new Error('a job without a dedupe key was taken for a duplicate')
  return jobId
}

export const queuedItem = ({
  id,
  label,
  from,
  to,
}: Pick<PlanItem, 'id' | 'label' | 'from' | 'to'>): JobItem => ({
  id,
  label,
  from,
  to,
  status: 'queued',
  version: null,
  rows: null,
  error: null,
})

const readable = ({ from, to, version }: Range & { version: number }) =>
  `version ${version}, ${iso(from)} to ${iso(to)}`

const iso = (at: number) => new Date(at).toISOString()
