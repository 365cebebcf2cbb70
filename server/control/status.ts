import type { Nats, Pool } from '../clients'
import { firstAfter, streamState, type StreamState } from '../log'
import type { Clock } from '../platform'
import { durabilityOf } from './durability'
import { selectLastRuns } from './job-store'
import { selectPauses } from './layer-pause-store'
import { countAfter } from './log-state'
import type {
  ArchiveStatus,
  Counters,
  Durability,
  Lag,
  PausedLayer,
  PipelineStatus,
  ShadowStatus,
  WorkerStatus,
} from './model'
import { definitionOf } from './pipeline-info'
import { selectShadows, type StoredPipeline } from './pipeline-store'
import { Recent } from './recent'
import { requirePipeline } from './require-pipeline'
import { catchUpAt, judgeHealth, type LagSample } from './status-judge'
import {
  selectArchive,
  selectBoundaries,
  selectPositions,
  selectStoreFacts,
  selectWorkers,
  type PositionRow,
} from './status-store'

const workersLimit = 200
const shareMs = 400
const factsMs = 30_000
const lagSamplesMs = 60_000
const lagSamplesLimit = 120

interface Deps {
  pool: Pool
  nats: Nats
  clock: Clock
}

interface Surroundings {
  log: StreamState
  archive: ArchiveStatus
  /** When the oldest message that is not archived was logged; null: all are. */
  oldestUnarchivedAt: number | null
  workers: WorkerStatus[]
  durability: Durability
}

interface Memory {
  surroundings: Recent<Surroundings>
  durability: Recent<Durability>
  lags: Recent<PartitionLag>
  samples: Map<string, LagSample[]>
}

const memories = new WeakMap<Pool, Memory>()

/** Per process: viewers share what was read within the last moments, and lag samples give the rate. */
function memoryOf({ pool, clock }: Deps): Memory {
  const memory = memories.get(pool) ?? {
    surroundings: new Recent<Surroundings>(clock, shareMs),
    durability: new Recent<Durability>(clock, factsMs),
    lags: new Recent<PartitionLag>(clock, shareMs),
    samples: new Map<string, LagSample[]>(),
  }
  memories.set(pool, memory)
  return memory
}

export async function pipelineStatus(deps: Deps, name: string): Promise<PipelineStatus> {
  const stored = await requirePipeline(deps, name)
  const status = (await statusOfAll(deps, [stored])).get(name)
  if (!status) throw new Error(`no status was made for ${name}`)
  return status
}

export async function statusOfAll(
  deps: Deps,
  pipelines: readonly StoredPipeline[],
): Promise<Map<string, PipelineStatus>> {
  const names = pipelines.map(({ name }) => name)
  const shadows = await selectShadows(deps.pool, names)
  const computeIds = [...pipelines, ...shadows.values()].map(({ computeId }) => computeId)
  const [positions, boundaries, runs, pauses, surroundings] = await Promise.all([
    selectPositions(deps.pool, computeIds),
    selectBoundaries(deps.pool, computeIds),
    selectLastRuns(deps.pool, names),
    selectPauses(deps.pool, names),
    readSurroundings(deps),
  ])
  const positionsOf = (id: number) => positions.filter(({ computeId }) => computeId === id)
  const lastRuns = new Map(runs.map(({ pipeline, ...run }) => [pipeline, run]))
  const statuses = await Promise.all(
    pipelines.map((stored) =>
      statusOf(deps, {
        stored,
        positions: positionsOf(stored.computeId),
        boundary: boundaries.get(stored.computeId) ?? null,
        paused: pauses.flatMap(({ pipeline, ...pause }) => (pipeline === stored.name ? [pause] : [])),
        shadow: shadowFacts(shadows.get(stored.name), boundaries, positionsOf),
        lastRun: lastRuns.get(stored.name) ?? null,
        surroundings,
      }),
    ),
  )
  return new Map(statuses.map((status) => [status.pipeline, status]))
}

interface ShadowFacts {
  stored: StoredPipeline
  positions: PositionRow[]
  boundary: number | null
}

function shadowFacts(
  stored: StoredPipeline | undefined,
  boundaries: ReadonlyMap<number, number>,
  positionsOf: (computeId: number) => PositionRow[],
): ShadowFacts | null {
  if (stored === undefined) return null
  const { computeId } = stored
  return { stored, positions: positionsOf(computeId), boundary: boundaries.get(computeId) ?? null }
}

interface Facts {
  stored: StoredPipeline
  positions: PositionRow[]
  boundary: number | null
  paused: PausedLayer[]
  shadow: ShadowFacts | null
  lastRun: PipelineStatus['lastRun']
  surroundings: Surroundings
}

async function statusOf(deps: Deps, facts: Facts): Promise<PipelineStatus> {
  const { stored, positions, boundary, paused, lastRun, surroundings } = facts
  const at = deps.clock.now()
  const { eventType } = definitionOf(stored)
  const counters = totals(positions)
  const { archive, workers, durability } = surroundings
  const { lag, oldestAt } = await readLag(deps, { eventType, positions, counters, workers })
  const watermarks = positions.flatMap(({ watermark }) => (watermark === null ? [] : [watermark]))
  const timeToDataLossS = timeToLoss(surroundings, oldestAt, at)
  const position = positions.map(({ partition, seq, epoch, watermark, logTime, owner, leaseUntil }) => ({
    partition,
    seq,
    epoch,
    watermark,
    logTime,
    owner,
    leaseUntil,
  }))
  return {
    pipeline: stored.name,
    at,
    ...judgeHealth({ lag, position, archive, workers, timeToDataLossS, paused, lastRun }),
    watermark: watermarks.length > 0 ? Math.min(...watermarks) : null,
    boundary,
    position,
    lag,
    catchUpEta: catchUpAt(sampleLag(memoryOf(deps), stored.name, { at, messages: lag.messages })),
    timeToDataLossS,
    epoch: Math.max(0, ...positions.map(({ epoch }) => epoch)),
    publication: stored.publication,
    counters,
    archive,
    workers,
    durability,
    paused,
    shadow: facts.shadow && (await shadowStatus(deps, facts.shadow)),
    lastRun,
  }
}

async function shadowStatus(deps: Deps, { stored, positions, boundary }: ShadowFacts): Promise<ShadowStatus> {
  const { eventType } = definitionOf(stored)
  const lags = await partitionLags(deps, eventType, positions)
  const lagMessages = lags.reduce((sum, { messages }) => sum + messages, 0)
  return { definitionVersion: stored.version, computeId: stored.computeId, boundary, lagMessages }
}

export interface PartitionLag {
  messages: number
  oldestAt: number | null
}

async function readLag(
  deps: Deps,
  input: {
    eventType: string
    positions: PositionRow[]
    counters: Counters
    workers: readonly WorkerStatus[]
  },
): Promise<{ lag: Lag; oldestAt: number | null }> {
  const { eventType, positions } = input
  const latelyPerMessage = eventsPerMessage(input)
  const lags = await partitionLags(deps, eventType, positions)
  const messages = lags.reduce((sum, lag) => sum + lag.messages, 0)
  const oldest = lags.flatMap(({ oldestAt }) => (oldestAt === null ? [] : [oldestAt]))
  const oldestAt = oldest.length > 0 ? Math.min(...oldest) : null
  return {
    lag: {
      messages,
      events: Math.round(messages * Math.max(1, latelyPerMessage)),
      seconds: oldestAt === null ? 0 : Math.max(0, deps.clock.now() - oldestAt) / 1000,
    },
    oldestAt,
  }
}

/** What waits in each partition, in the order of the positions; viewers share what was read a moment ago. */
export const partitionLags = (
  deps: Deps,
  eventType: string,
  positions: readonly Pick<PositionRow, 'partition' | 'seq'>[],
): Promise<PartitionLag[]> =>
  Promise.all(
    positions.map(({ partition, seq }) => {
      const subject = `events.${eventType}.${partition}`
      return memoryOf(deps).lags.get(`${subject} ${seq}`, () => partitionLag(deps.nats, seq, subject))
    }),
  )

/** As the speed workers found lately: history comes in larger messages than live events do. */
function eventsPerMessage(input: {
  eventType: string
  counters: Counters
  workers: readonly WorkerStatus[]
}): number {
  for (const { detail } of input.workers) {
    const lags: unknown = (detail as { lag?: unknown } | null)?.lag
    if (!Array.isArray(lags)) continue
    const lag = (lags as { type?: unknown; eventsPerMessage?: unknown }[]).find(
      ({ type }) => type === input.eventType,
    )
    if (typeof lag?.eventsPerMessage === 'number') return lag.eventsPerMessage
  }
  const { messages, events } = input.counters
  return messages > 0 ? events / messages : 1
}

async function partitionLag(nats: Nats, seq: number, subject: string): Promise<PartitionLag> {
  const oldestAt = await firstAfter(nats, seq, subject)
  return { oldestAt, messages: oldestAt === null ? 0 : await countAfter(nats, seq, subject) }
}

function readSurroundings(deps: Deps): Promise<Surroundings> {
  const { pool, nats } = deps
  return memoryOf(deps).surroundings.get('', async () => {
    const [log, archived, workers, durability] = await Promise.all([
      streamState(nats),
      selectArchive(pool),
      selectWorkers(pool, workersLimit),
      readDurability(deps),
    ])
    const isBehind = (archived.seq ?? 0) < log.lastSeq
    return {
      log,
      archive: {
        ...archived,
        logSeq: log.lastSeq,
        logFirstSeq: log.firstSeq,
        lagMessages: Math.max(0, log.lastSeq - Math.max(archived.seq ?? 0, log.firstSeq - 1)),
      },
      oldestUnarchivedAt:
        isBehind && log.maxAgeMs > 0 ? await firstAfter(nats, archived.seq ?? 0, 'events.>') : null,
      workers,
      durability,
    }
  })
}

export function readDurability(deps: Deps): Promise<Durability> {
  return memoryOf(deps).durability.get('', async () => {
    const [facts, { copies }] = await Promise.all([selectStoreFacts(deps.pool), streamState(deps.nats)])
    return durabilityOf(deps.nats, facts, copies)
  })
}

function timeToLoss(
  { log, oldestUnarchivedAt }: Surroundings,
  oldestUnfoldedAt: number | null,
  now: number,
): number | null {
  const oldest = [oldestUnarchivedAt, oldestUnfoldedAt].flatMap((at) => (at === null ? [] : [at]))
  if (log.maxAgeMs === 0 || oldest.length === 0) return null
  return Math.max(0, Math.min(...oldest) + log.maxAgeMs - now) / 1000
}

function totals(positions: readonly PositionRow[]): Counters {
  const sum = (field: keyof Counters) => positions.reduce((total, row) => total + row[field], 0)
  return {
    messages: sum('messages'),
    events: sum('events'),
    accepted: sum('accepted'),
    filtered: sum('filtered'),
    late: sum('late'),
    duplicate: sum('duplicate'),
    invalid: sum('invalid'),
  }
}

function sampleLag({ samples }: Memory, name: string, sample: LagSample): LagSample[] {
  const kept = (samples.get(name) ?? [])
    .filter(({ at }) => sample.at - at <= lagSamplesMs)
    .slice(-lagSamplesLimit)
  // A lag of zero starts a new history: the rate of an earlier catch-up says nothing about the next one.
  const history = sample.messages === 0 ? [] : [...kept, sample]
  samples.set(name, history)
  return history
}
