import type { Nats, Pool } from '../../clients'
import { firstAfter, streamState } from '../../log'
import { backfillBytesPerDay, parseDuration } from '../../pipeline'
import { logger, sleep, type Clock } from '../../platform'
import { pipelinesLimit } from '../apply-definition'
import type { Admission, Governor } from '../batch-deps'
import { compiledOf } from '../compiled'
import type { JobRun } from '../job-run'
import { selectPauses } from '../layer-pause-store'
import { selectPipelines, type StoredPipeline } from '../pipeline-store'
import { aliveMs, selectPositions, type PositionRow } from '../status-store'
import { decide, defaultUnderS, heldKinds, type Decision, type GovernorInput } from './decide'
import { bytesReadToday, readStoreLoad, selectOpenWork, type OpenWork } from './governor-store'

/** How often it looks while there is something to govern. */
const checkMs = 1_000
/** A job that is held for longer between two ranges gives its place to the pipeline's scheduled runs. */
const parkAfterMs = 30_000
/** The longest a job sleeps at once because of the throttle. */
const longestBrakeMs = 5_000

interface Deps {
  pool: Pool
  nats: Nats
  clock: Clock
}

const free: Decision = { allow: null, throttle: null, reasons: [], spent: [] }

/** Law 10, at work: gathers what decides, lets jobs start, and makes running ones wait or slow down. */
export function openGovernor(deps: Deps): Governor {
  const { pool, clock } = deps
  let known = { at: -Infinity, decision: free, work: [] as OpenWork[] }
  let looking: Promise<void> | null = null

  async function look(): Promise<void> {
    const work = await selectOpenWork(pool)
    const wasHeld = known.decision.allow === 0
    const decision = work.length === 0 ? free : decide(await gather(deps, work, wasHeld))
    known = { at: performance.now(), decision, work }
  }

  /** What held a moment ago; when it cannot be known, what held before. */
  async function current(): Promise<typeof known> {
    if (performance.now() - known.at >= checkMs) {
      looking ??= look()
        .catch((error: unknown) => {
          logger('governor').warn({ err: error }, 'what decides could not be read; going on as before')
        })
        .finally(() => {
          looking = null
        })
      await looking
    }
    return known
  }

  return {
    admit: async () => admissionOf(await current()),

    async pace(run, bytes) {
      const since = performance.now()
      for (;;) {
        run.signal.throwIfAborted()
        const { decision } = await current()
        const reasons = reasonsToHold(decision, run)
        if (reasons.length === 0) return brake(run, decision, { bytes, now: clock.now() })
        run.govern({ state: 'held', reasons }, clock.now())
        if (bytes === 0) {
          await run.pauseIfAsked()
          if (performance.now() - since >= parkAfterMs) run.stop('paused')
        }
        await sleep(checkMs, run.signal)
      }
    },
  }
}

function admissionOf({ decision, work }: { decision: Decision; work: readonly OpenWork[] }): Admission {
  const { allow, reasons, spent } = decision
  const running = work.reduce((sum, row) => sum + row.running, 0)
  const isFull = allow !== null && running >= allow
  const says = allow === 1 && isFull ? [...reasons, 'One backfill runs at a time until then.'] : reasons
  return {
    jobs: allow,
    held: work.flatMap(({ pipeline }) => {
      const own = spent.filter((row) => row.pipeline === pipeline).map(({ reason }) => reason)
      const all = [...(isFull ? says : []), ...own]
      return all.length === 0 ? [] : [{ pipeline, kinds: [...heldKinds], reasons: all }]
    }),
  }
}

function reasonsToHold({ allow, reasons, spent }: Decision, { job }: JobRun): string[] {
  if (!heldKinds.includes(job.kind)) return []
  const own = spent.filter(({ pipeline }) => pipeline === job.pipeline).map(({ reason }) => reason)
  return [...(allow === 0 ? reasons : []), ...own]
}

async function brake(
  run: JobRun,
  { throttle, reasons }: Decision,
  { bytes, now }: { bytes: number; now: number },
): Promise<void> {
  if (throttle === null) {
    if (run.governor !== null) run.govern({ state: 'running', reasons: [] }, now)
    return
  }
  run.govern({ state: 'throttled', reasons }, now)
  if (bytes > 0) await sleep(Math.min(longestBrakeMs, (bytes * 1_000) / throttle), run.signal)
}

async function gather(
  { pool, nats, clock }: Deps,
  work: readonly OpenWork[],
  wasHeld: boolean,
): Promise<GovernorInput> {
  const pipelines = await selectPipelines(pool, pipelinesLimit)
  const [load, pauses, positions, used] = await Promise.all([
    readStoreLoad(pool, aliveMs),
    selectPauses(
      pool,
      pipelines.map(({ name }) => name),
    ),
    selectPositions(
      pool,
      pipelines.map(({ computeId }) => computeId),
    ),
    bytesReadToday(
      pool,
      work.map(({ pipeline }) => pipeline),
    ),
  ])
  const paused = new Set(pauses.flatMap(({ pipeline, layer }) => (layer === 'speed' ? [pipeline] : [])))
  const live = load.speedWorkers === 0 ? [] : pipelines.filter(({ name }) => !paused.has(name))
  const lags = await lagsOf(nats, clock, live, positions)
  return {
    freshness: live.map((stored) => ({
      pipeline: stored.name,
      lagS: lags.get(stored.computeId) ?? 0,
      underS: underOf(stored),
    })),
    store: load,
    quotas: pipelines.flatMap((stored) => {
      const perDay = backfillBytesPerDay(compiledOf(stored).definition)
      const usedToday = used.get(stored.name)
      return perDay === null || usedToday === undefined ? [] : [{ pipeline: stored.name, perDay, usedToday }]
    }),
    wasHeld,
  }
}

/** Age of the oldest message each compute has not folded. What stands at the log's end need not be asked about. */
async function lagsOf(
  nats: Nats,
  clock: Clock,
  pipelines: readonly StoredPipeline[],
  positions: readonly PositionRow[],
): Promise<Map<number, number>> {
  const { lastSeq } = await streamState(nats)
  const asked = new Map<string, Promise<number | null>>()
  const lags = new Map<number, number>()
  for (const stored of pipelines) {
    const { eventType } = compiledOf(stored).definition
    const behind = positions.filter(({ computeId, seq }) => computeId === stored.computeId && seq < lastSeq)
    for (const { partition, seq } of behind) {
      const name = `events.${eventType}.${partition}`
      const oldest = asked.get(`${name} ${seq}`) ?? firstAfter(nats, seq, name)
      asked.set(`${name} ${seq}`, oldest)
      const at = await oldest
      if (at === null) continue
      const lagS = Math.max(0, clock.now() - at) / 1_000
      lags.set(stored.computeId, Math.max(lags.get(stored.computeId) ?? 0, lagS))
    }
  }
  return lags
}

function underOf(stored: StoredPipeline): number {
  const freshness = compiledOf(stored).definition.objectives.freshness as { under?: unknown } | undefined
  const ms = typeof freshness?.under === 'string' ? parseDuration(freshness.under) : null
  return ms === null || ms <= 0 ? defaultUnderS : ms / 1_000
}
