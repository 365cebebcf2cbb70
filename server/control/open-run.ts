import { planRun } from '../batch'
import { inTransaction, type Pool } from '../clients'
import { withSpan } from '../platform'
import { discardVersions, rotateEpoch, type Cut, type Range } from '../serving'
import type { BatchDeps } from './batch-deps'
import { compiledOf } from './compiled'
import type { JobRun } from './job-run'
import type { JobItem } from './model'
import type { StoredPipeline } from './pipeline-store'
import { queuedItem } from './plans'
import { keepOpened, leftoverVersions } from './run-store'
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
  /** Written as soon as the run has them: after a pause, a failure or a crash it goes on at the same cut. */
  opened?: { cut: Cut; ranges: Range[] }
}

/** A fresh cut and the ranges to recompute at it; or those of an earlier attempt, with what it has staged. */
export async function openRun(deps: BatchDeps, run: JobRun, stored: StoredPipeline): Promise<OpenedRun> {
  const payload = run.payload as Payload
  const resumed = payload.opened && (await takeUp(deps, run, stored.computeId, payload.opened))
  if (resumed) return resumed
  await discardLeftovers(deps.pool, stored.computeId, run.job.id)
  run.beginAnew()
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
  run.payload = { ...payload, opened: { cut, ranges } }
  await keepOpened(deps.pool, run)
  run.advance(headShare)
  return { cut, ranges, done: new Map() }
}

/**
 * Null when something of what was staged is gone: half of it at an old cut is no use. A version that was not finished,
 * or not compared, stays for its range to go on with.
 */
async function takeUp(
  deps: BatchDeps,
  run: JobRun,
  computeId: number,
  { cut, ranges }: NonNullable<Payload['opened']>,
): Promise<OpenedRun | null> {
  const claimed = run.items.flatMap(({ status, version }) => (status === 'succeeded' ? (version ?? []) : []))
  const leftovers = await leftoverVersions(deps.pool, run.job.id)
  const wanted = leftovers.filter(
    ({ epoch, from, to }) =>
      epoch === cut.epoch && ranges.some((range) => range.from === from && range.to === to),
  )
  const done = new Map(
    wanted.flatMap(({ number, id, state }) =>
      state === 'staged' && claimed.includes(number) ? [[number, id] as const] : [],
    ),
  )
  if (done.size < claimed.length || run.items.length !== ranges.length) return null
  await discardVersions(
    deps.pool,
    computeId,
    leftovers.flatMap((version) => (wanted.includes(version) ? [] : [version.id])),
  )
  for (const item of run.items)
    if (item.status !== 'succeeded')
      Object.assign(item, { status: 'queued', error: null, version: null, rows: null })
  return { cut, ranges, done }
}

/** What the job's attempts have staged and nobody will put in force. */
export async function discardLeftovers(pool: Pool, computeId: number, jobId: string): Promise<void> {
  const leftovers = await leftoverVersions(pool, jobId)
  await discardVersions(
    pool,
    computeId,
    leftovers.map(({ id }) => id),
  )
}

const itemOf = ({ from, to }: Range, index: number): JobItem =>
  queuedItem({
    id: String(index + 1),
    label: `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`,
    from,
    to,
  })
