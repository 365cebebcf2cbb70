import type { Nats, Pool } from '../../clients'
import { firstAfter, judgeDisk, streamState, usedShare } from '../../log'
import { logger, sleep, type Clock } from '../../platform'
import { readRejected } from '../measure'
import { selectObjectives, selectStates } from '../objectives/objective-store'
import type {
  AlertFacts,
  AlertFactsSource,
  DiskFact,
  DependencyFact,
  FactPart,
  ObjectiveFact,
  RejectionFact,
} from './facts'
import type { FactsMemory } from './facts-memory'
import {
  selectAccess,
  selectArchivedSeq,
  selectChannelFacts,
  selectComparisons,
  selectCorrections,
  selectCounters,
  selectDeadLetters,
  selectDisks,
  selectHeldAge,
  selectLost,
  selectHoles,
  selectKeys,
  selectProbes,
  selectRoles,
  selectRuns,
  selectTraffic,
  type DiskUse,
} from './facts-store'

const minuteMs = 60_000
/** A part that has not answered by then is not seen in this round. */
const partMs = 4_000
const dependencyMs = 2_000
const rejectionMinutes = 5
const accessMinutes = 5
const comparisonsMs = 15 * minuteMs
/** Objectives are evaluated every ten seconds; figures older than this are not of now. */
const objectivesAgeMs = 2 * minuteMs
/** These change slowly and cost more to read. */
const slowParts: Partial<Record<FactPart, number>> = {
  costs: 30_000,
  traffic: 20_000,
  comparisons: 10_000,
  probes: 10_000,
}

export interface FactsDeps {
  pool: Pool
  nats: Nats
  clock: Clock
  source: AlertFactsSource
}

export type Parts = Pick<AlertFacts, FactPart>

type Readers = { [P in FactPart]: () => Promise<NonNullable<AlertFacts[P]>> }

/** Everything unseen: what a round without the store knows. */
export const blindParts = (): Parts => ({
  workers: null,
  archive: null,
  pipelines: null,
  runs: null,
  quality: null,
  rejections: null,
  comparisons: null,
  corrections: null,
  costs: null,
  access: null,
  traffic: null,
  probes: null,
  channels: null,
  keys: null,
  objectives: null,
  disks: null,
  holes: null,
})

/** Reads each part by itself: one that fails or is slow is not seen, the others are. */
export class FactsReader {
  private readonly recent = new Map<FactPart, { at: number; value: unknown }>()
  private readonly underWay = new Set<FactPart>()

  constructor(
    private readonly deps: FactsDeps,
    private readonly memory: FactsMemory,
  ) {}

  async read(log: DependencyFact): Promise<Parts> {
    const readers = this.readers(log)
    const names = Object.keys(readers) as FactPart[]
    const values = await Promise.all(names.map((name) => this.part(name, readers[name])))
    return Object.fromEntries(names.map((name, i) => [name, values[i] ?? null])) as unknown as Parts
  }

  private async part(name: FactPart, read: () => Promise<unknown>): Promise<unknown> {
    const now = this.deps.clock.now()
    const known = this.recent.get(name)
    if (known && now - known.at < (slowParts[name] ?? 0)) return known.value
    // A read that hangs is not asked for again beside itself.
    if (this.underWay.has(name)) return null
    this.underWay.add(name)
    const reading = read()
      .then((value) => {
        this.recent.set(name, { at: now, value })
        return value
      })
      .catch((error: unknown) => {
        logger('alerts').warn({ err: error, part: name }, 'a part was not seen')
        return null
      })
      .finally(() => this.underWay.delete(name))
    return withinMs(reading, partMs)
  }

  private readers(log: DependencyFact): Readers {
    const { pool, nats, clock, source } = this.deps
    const now = clock.now()
    const needsLog = <T>(read: () => Promise<T>) => {
      if (log.isAway) return Promise.reject(new Error('the log is away'))
      return read()
    }
    return {
      workers: () => selectRoles(pool),
      archive: () =>
        needsLog(async () => {
          const [seq, { lastSeq, maxAgeMs }, heldAgeMs, lost] = await Promise.all([
            selectArchivedSeq(pool),
            streamState(nats),
            selectHeldAge(pool),
            selectLost(pool),
          ])
          const isKept = maxAgeMs > 0 && seq < lastSeq
          const oldestAt = isKept ? await firstAfter(nats, seq, 'events.>') : null
          const waitsS = oldestAt === null ? 0 : Math.max(0, now - oldestAt) / 1000
          const retention = maxAgeMs === 0 ? null : { ageS: (heldAgeMs ?? maxAgeMs) / 1000, waitsS }
          return { ...this.memory.archive({ seq, lastSeq, retention }, now), lost }
        }),
      pipelines: () => needsLog(async () => this.memory.pipelines(await source.pipelines(), now)),
      runs: () => selectRuns(pool),
      quality: async () => this.memory.quality(await selectCounters(pool), now),
      rejections: () => readRejections(pool, now),
      comparisons: () => selectComparisons(pool, now - comparisonsMs),
      corrections: () => selectCorrections(pool),
      costs: () => source.costs(),
      access: () => selectAccess(pool, { from: now - accessMinutes * minuteMs, minutes: accessMinutes }),
      traffic: () => selectTraffic(pool, now),
      probes: () => selectProbes(pool, now),
      channels: () => selectChannelFacts(pool, now),
      keys: () => selectKeys(pool),
      objectives: () => readObjectiveFacts(pool, now),
      disks: async () => (await selectDisks(pool)).map(diskFact),
      holes: () => selectHoles(pool),
    }
  }
}

const diskFact = ({ host, part, ...space }: DiskUse): DiskFact => ({
  host,
  part,
  used: usedShare(space),
  freeBytes: space.freeBytes,
  isFull: judgeDisk(space) === 'full',
})

async function readRejections(pool: Pool, now: number): Promise<RejectionFact[]> {
  const from = now - rejectionMinutes * minuteMs
  const [parked, refused] = await Promise.all([
    selectDeadLetters(pool, from),
    readRejected(pool, { from, to: now + minuteMs }),
  ])
  const types = new Set([...parked.map(({ eventType }) => eventType), ...refused.map(({ type }) => type)])
  return [...types].map((eventType) => {
    const letters = parked.find((row) => row.eventType === eventType)
    const atGateway = refused.find(({ type }) => type === eventType)?.events ?? 0
    return {
      eventType,
      minutes: rejectionMinutes,
      count: (letters?.count ?? 0) + atGateway,
      codes: [...(letters?.codes ?? []), ...(atGateway > 0 ? ['refused by the gateway'] : [])],
      sources: letters?.sources ?? [],
      example: letters?.example ?? null,
    }
  })
}

async function readObjectiveFacts(pool: Pool, now: number): Promise<ObjectiveFact[]> {
  const [objectives, states] = await Promise.all([selectObjectives(pool), selectStates(pool, null)])
  const newest = Math.max(...[...states.values()].map(({ at }) => at))
  if (states.size > 0 && now - newest > objectivesAgeMs)
    throw new Error('objectives were not evaluated lately')
  return objectives.flatMap(({ id, pipeline, spec }) => {
    const state = states.get(id)
    if (!state) return []
    const { status, usedIn24h, exhaustedInS, burns } = state
    return [
      {
        id,
        title: spec.title,
        pipeline: spec.sli?.pipeline ?? pipeline,
        indicator: spec.sli?.indicator ?? null,
        owner: spec.owner,
        urgency: spec.urgency,
        status,
        budgetLeft: state.then.budgetLeft,
        usedIn24h,
        exhaustedInS,
        burns,
      },
    ]
  })
}

/** Asks a dependency; never throws: that it is away is the answer. */
export async function askDependency(ask: () => Promise<unknown>): Promise<DependencyFact> {
  const failed = ask().then(
    () => null,
    (error: unknown) => `is not reachable${codeOf(error)}`,
  )
  const late = `did not answer within ${dependencyMs / 1000} s`
  const says = await withinMs(failed, dependencyMs, late)
  return { isAway: says !== null, says: says ?? 'answers' }
}

/** Connection errors name hosts and users; what is shown says only what kind of failure it is. */
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''

async function withinMs<T>(answer: Promise<T>, ms: number, other: T | null = null): Promise<T | null> {
  const ended = new AbortController()
  try {
    return await Promise.race([answer, sleep(ms, ended.signal).then(() => other)])
  } finally {
    ended.abort()
  }
}
