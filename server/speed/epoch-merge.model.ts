import {
  compilePipeline,
  mergeCells,
  type CompiledPipeline,
  type Definition,
  type EventBatch,
} from '../pipeline'
import {
  addDelta,
  decideCommit,
  partitionKey,
  SpeedBases,
  type BucketValue,
  type LostReason,
  type PartitionCommit,
} from '../serving'
import { PartitionTask } from './partition-task'

/** A random source that gives the same history for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface ModelEvent {
  id: number
  time: number
  key: string
  value: number
  partition: number
}

/** Events of one partition in one log message; its place in the log is its seq, from 1. */
export interface ModelMessage {
  seq: number
  partition: number
  logTime: number
  events: ModelEvent[]
}

export interface ModelSettings {
  partitions: number
  allowedMs: number
  outOfOrderMs: number
  horizonMs: number
  beyond: 'defer' | 'include'
}

export const windowMs = 10

export function modelDefinition(settings: ModelSettings): Definition {
  return {
    name: 'model',
    title: 'model',
    owner: 'test',
    tags: {},
    eventType: 'e',
    schemaSubject: null,
    filter: null,
    key: [{ text: 'data.k', node: { op: 'field', type: 'string', path: ['k'] } }],
    windowSizeMs: windowMs,
    lateness: {
      outOfOrderMs: settings.outOfOrderMs,
      allowedMs: settings.allowedMs,
      beyond: settings.beyond,
    },
    dedupeHorizonMs: settings.horizonMs,
    measures: [
      {
        name: 'v',
        kind: 'sum',
        of: { text: 'data.v', node: { op: 'field', type: 'number', path: ['v'] } },
        type: 'int',
        scale: null,
        raw: false,
      },
    ],
    batch: { everyMs: 60_000, reconcile: 'auto', tolerance: 0 },
    retention: { versions: 5, cellsMs: 1e9 },
    objectives: {},
    budget: null,
  }
}

export function randomHistory(random: () => number, partitions: number): ModelMessage[] {
  const below = (n: number) => Math.floor(random() * n)
  const known: ModelEvent[] = []
  const messages: ModelMessage[] = []
  const count = 30 + below(170)
  for (let made = 0, t = 100; made < count;) {
    t += below(4)
    const events: ModelEvent[] = []
    const partition = below(partitions)
    for (let size = 1 + below(3); size > 0; size--, made++) {
      const old = known.filter((event) => event.partition === partition)
      const repeat = old[below(old.length)]
      if (repeat !== undefined && random() < 0.15) events.push(repeat)
      else {
        const time = t - (random() < 0.2 ? below(61) : below(5))
        const key = random() < 0.5 ? 'a' : 'b'
        const event = { id: known.length, time, key, value: 1 + below(9), partition }
        known.push(event)
        events.push(event)
      }
    }
    messages.push({ seq: messages.length + 1, partition, logTime: t, events })
  }
  return messages
}

export function batchOf(messages: readonly ModelMessage[], partition: number): EventBatch {
  const rows = messages.flatMap((message) =>
    message.events.map((event, index) => ({ ...event, index, seq: message.seq, logTime: message.logTime })),
  )
  return {
    type: 'e',
    partition,
    n: rows.length,
    seq: rows.map((row) => row.seq),
    index: rows.map((row) => row.index),
    logTime: rows.map((row) => row.logTime),
    time: rows.map((row) => row.time),
    source: rows.map(() => 's'),
    id: rows.map((row) => String(row.id)),
    subject: rows.map(() => null),
    columns: { k: rows.map((row) => row.key), v: rows.map((row) => row.value) },
  }
}

interface StoredPosition {
  computeId: number
  partition: number
  seq: number
  epoch: number
  fence: number
  watermark: number | null
  logTime: number | null
}

export interface StoredBucket {
  partition: number
  windowStart: number
  key: string
  epoch: number
  value: BucketValue
}

/**
 * Ways to break the protocol, each of which the histories must notice. Leaving out the fence alone is not among
 * them: a zombie's deltas then still apply to their own position or not at all, so it costs work, not exactness.
 */
export type Defect =
  'none' | 'neither fence nor base check' | 'no base check' | 'stale epoch' | 'no dedupe rebuild'

/** The database of the model: what `commitSpeed`, `acquireLeases` and `rotateEpoch` do, on maps. */
export class ModelStore {
  readonly positions: StoredPosition[]
  readonly buckets = new Map<string, StoredBucket>()
  readonly compiled: CompiledPipeline

  constructor(
    readonly settings: ModelSettings,
    readonly defect: Defect,
  ) {
    this.compiled = compilePipeline(modelDefinition(settings))
    this.positions = Array.from({ length: settings.partitions }, (_, partition) => ({
      computeId: 1,
      partition,
      seq: 0,
      epoch: 0,
      fence: 0,
      watermark: null,
      logTime: null,
    }))
  }

  at(partition: number): StoredPosition {
    const position = this.positions[partition]
    if (position === undefined) throw new RangeError(`no partition ${partition}`)
    return position
  }

  acquire(partition: number): PartitionTask {
    const position = this.at(partition)
    position.fence++
    return new PartitionTask({
      lease: { ...position },
      pipeline: 'model',
      compiled: this.compiled,
      seed: { seedLo: 1, seedHi: 2 },
      partitions: this.settings.partitions,
    })
  }

  commit(commit: PartitionCommit, bases: SpeedBases, leasedEpoch: number): LostReason | null {
    const row = this.at(commit.partition)
    const seen = { ...row }
    const isUnchecked = this.defect === 'neither fence nor base check'
    if (isUnchecked) seen.fence = commit.fence
    if ((isUnchecked || this.defect === 'no base check') && commit.seq >= row.seq) seen.seq = commit.baseSeq
    const { accepted, lost } = decideCommit([seen], [commit])
    if (lost[0] !== undefined) {
      bases.forget(partitionKey(commit))
      return lost[0].reason
    }
    const epoch = this.defect === 'stale epoch' ? leasedEpoch : (accepted[0]?.epoch ?? 0)
    const partition = partitionKey(commit)
    bases.enter(partition, epoch, commit.baseSeq === 0)
    for (const delta of commit.cells) {
      const name = `${delta.windowStart}/${delta.key}`
      const key = `${commit.partition}/${name}/${epoch}`
      const known = bases.find(partition, name)
      const base = known === undefined ? this.buckets.get(key)?.value : (known ?? undefined)
      const value = addDelta(base, delta, (a, b) => mergeCells(this.compiled, a, b))
      const { windowStart } = delta
      this.buckets.set(key, { partition: commit.partition, windowStart, key: delta.key, epoch, value })
      bases.remember(partition, name, value)
    }
    row.seq = Math.max(row.seq, commit.seq)
    row.watermark = commit.watermark
    row.logTime = commit.logTime
    return null
  }

  rotate(): { epoch: number; seqs: number[] } {
    const cut = { epoch: this.at(0).epoch, seqs: this.positions.map((position) => position.seq) }
    for (const position of this.positions) position.epoch++
    return cut
  }
}
