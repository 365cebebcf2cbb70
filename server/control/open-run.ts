import { planRun } from '../batch'
import { inTransaction } from '../clients'
import { withSpan } from '../platform'
import { discardVersions, rotateEpoch, type Cut, type Range } from '../serving'
import type { BatchDeps } from './batch-deps'
import { compiledOf } from './compiled'
import type { JobRun } from './job-run'
import type { JobItem } from './model'
import type { StoredPipeline } from './pipeline-store'
import { queuedItem } from './plans'
import { leftoverVersions } from './run-store'
import { settleCut } from './settle-cut'
import { headShare } from './stage-ranges'
import { waitForSpeed } from './wait-for-speed'

export interface OpenedRun {
  cut: Cut
  ranges: Range[]
  /** Versions already staged by an earlier part of the run, by number. */
  done: ReadonlyMap<number, number>
}

interface Payload {
  /** Absent: what is due, as a schedule finds it. */
  ranges?: Range[]
  /** Written when the run was paused: it goes on at the same cut. */
  paused?: { cut: Cut; ranges: Range[] }
}

/** A fresh cut and the ranges to recompute at it; or, after a pause, the old ones with what is staged already. */
export async function openRun(deps: BatchDeps, run: JobRun, stored: StoredPipeline): Promise<OpenedRun> {
  const payload = run.payload as Payload
  const resumed = payload.paused && (await takeUp(deps, run, stored.computeId, payload.paused))
  if (resumed) return resumed
  await giveUp(deps, run, stored.computeId)
  await withSpan({ name: 'wait for speed', stage: 'batch' }, () => waitForSpeed(deps, stored, run.signal))
  const compiled = compiledOf(stored)
  const { eventType, lateness } = compiled.definition
  const cutMs = deps.clock.now()
  const cut = await withSpan({ name: 'rotate', stage: 'batch' }, async (attributes) => {
    const closed = await inTransaction(deps.pool, (client) => rotateEpoch(client, stored.computeId))
    attributes.epoch = closed.epoch
    return settleCut(deps.nats, closed, { cutMs, eventType, outOfOrderMs: lateness.outOfOrderMs })
  })
  const ranges = payload.ranges ?? (await planRun(deps.pool, { computeId: stored.computeId, compiled, cut }))
  if (!payload.ranges) run.items.splice(0, run.items.length, ...ranges.map(itemOf))
  run.payload = { ...payload, paused: { cut, ranges } }
  run.advance(headShare)
  return { cut, ranges, done: new Map() }
}

/** Null when something of what the paused run had staged is gone: half of it at an old cut is no use. */
async function takeUp(
  deps: BatchDeps,
  run: JobRun,
  computeId: number,
  { cut, ranges }: NonNullable<Payload['paused']>,
): Promise<OpenedRun | null> {
  const claimed = run.items.flatMap(({ status, version }) => (status === 'succeeded' ? (version ?? []) : []))
  const leftovers = await leftoverVersions(deps.pool, run.job.id)
  const staged = leftovers.filter(({ state, epoch }) => state === 'staged' && epoch === cut.epoch)
  const done = new Map(staged.filter(({ number }) => claimed.includes(number)).map((v) => [v.number, v.id]))
  if (done.size < claimed.length || run.items.length !== ranges.length) return null
  await discardVersions(
    deps.pool,
    computeId,
    leftovers.flatMap(({ id, number }) => (done.has(number) ? [] : [id])),
  )
  for (const item of run.items)
    if (item.status !== 'succeeded')
      Object.assign(item, { status: 'queued', error: null, version: null, rows: null })
  return { cut, ranges, done }
}

async function giveUp(deps: BatchDeps, run: JobRun, computeId: number): Promise<void> {
  const leftovers = await leftoverVersions(deps.pool, run.job.id)
  await discardVersions(
    deps.pool,
    computeId,
    leftovers.map(({ id }) => id),
  )
  run.beginAnew()
}

const itemOf = ({ from, to }: Range, index: number): JobItem =>
  queuedItem({
    id: String(index + 1),
    label: `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`,
    from,
    to,
  })
