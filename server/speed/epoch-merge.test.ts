import { describe, expect, test } from 'vitest'
import { SpeedBases, type PartitionCommit } from '../serving'
import {
  batchOf,
  ModelStore,
  randomHistory,
  randomOf,
  windowMs,
  type Defect,
  type ModelEvent,
  type ModelMessage,
  type ModelSettings,
} from './epoch-merge.model'
import type { PartitionTask } from './partition-task'

/**
 * The executable model of how both layers meet, run on the product's own fold, task, base cache and commit
 * decision: random histories of partitions, epochs, crashes at every point, zombies, lost replies, rotations,
 * publications and rollbacks. After every action the merged answer must equal a plain recount in log order.
 */

type Cells = Map<string, number>

interface Version {
  epoch: number
  cut: number[]
  cells: Cells
}

interface Holder {
  task: PartitionTask
  bases: SpeedBases
  /** Sent, and not known to have arrived. */
  pending: PartitionCommit | null
}

const steps = 400

function runHistory(seed: number, beyond: 'defer' | 'include', defect: Defect = 'none'): string | null {
  const random = randomOf(seed)
  const below = (n: number) => Math.floor(random() * n)
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T
  const settings: ModelSettings = {
    partitions: pick([1, 2, 3]),
    allowedMs: pick([0, 5, 15]),
    outOfOrderMs: pick([0, 3, 8]),
    horizonMs: pick([15, 40, 1e9]),
    beyond,
  }
  const log = randomHistory(random, settings.partitions)
  const store = new ModelStore(settings, defect)
  const holders: (Holder | null)[] = Array.from({ length: settings.partitions }, () => null)
  const versions: Version[] = []
  const publication: { active: Version | null } = { active: null }
  let available = 0

  const restore = (partition: number): Holder => {
    const task = store.acquire(partition)
    const from = task.rebuildFrom
    const before = log.filter((m) => m.seq <= task.lease.seq && m.partition === partition)
    const rebuilt = from === null ? [] : before.filter((m) => m.logTime >= from)
    if (defect !== 'no dedupe rebuild') task.rewindTo((rebuilt[0]?.seq ?? Infinity) - 1)
    task.read(batchOf(rebuilt, partition))
    task.advance(task.lease.seq)
    return { task, bases: new SpeedBases(pick([1, 3, 100])), pending: null }
  }
  const commit = (holder: Holder): boolean => {
    holder.pending ??= holder.task.take(Infinity)
    if (holder.pending === null) return true
    const lost = store.commit(holder.pending, holder.bases, holder.task.lease.epoch)
    if (lost !== null) return false
    if (random() < 0.15) return true // the reply is lost: the same commit will be sent again
    holder.pending = null
    holder.task.settle(0)
    return true
  }
  const act = (): void => {
    const action = random()
    const partition = below(settings.partitions)
    const holder = holders[partition] ?? null
    if (action < 0.3) available = Math.min(log.length, available + 1 + below(5))
    else if (action < 0.75) {
      const held = (holders[partition] ??= restore(partition))
      const upTo = Math.min(available, held.task.cursor + 1 + below(6))
      const from = Math.max(0, held.task.cursor - below(3)) // a reader may deliver again what was read
      held.task.read(
        batchOf(
          log.slice(from, upTo).filter((m) => m.partition === partition),
          partition,
        ),
      )
      held.task.advance(upTo)
    } else if (action < 0.87) {
      if (holder !== null && !commit(holder)) holders[partition] = null
    } else if (action < 0.9)
      holders[partition] = null // kill -9
    else if (action < 0.93) {
      const successor = restore(partition)
      if (holder !== null) commit(holder) // the zombie wakes up
      holders[partition] = successor
    } else if (action < 0.96) {
      const { epoch, seqs } = store.rotate()
      const version = { epoch, cut: seqs, cells: recount(log, settings, { cut: seqs, upTo: seqs }) }
      versions.push(version)
      if (random() < 0.7) publication.active = version
    } else if (versions.length > 0) publication.active = pick(versions)
  }
  for (let step = 0; step < steps; step++) {
    act()
    if (defect === 'none' && step % 4 !== 0) continue
    const { active } = publication
    const got = merged(store, active)
    const positions = store.positions.map((position) => position.seq)
    const cut = active?.cut ?? positions.map(() => 0)
    const want = recount(log, settings, { cut, upTo: positions })
    const difference = differenceOf(got, want)
    if (difference !== null) return `seed ${seed} ${beyond} step ${step}: ${difference}`
  }
  return null
}

function merged(store: ModelStore, active: Version | null): Cells {
  const cells: Cells = new Map(active?.cells)
  for (const bucket of store.buckets.values()) {
    if (bucket.epoch <= (active?.epoch ?? -1)) continue
    const name = `${bucket.windowStart}/${bucket.key}`
    cells.set(name, (cells.get(name) ?? 0) + Number(bucket.value.cell.acc[1]))
  }
  return cells
}

/** Plainly, in log order: everything up to the cut once per identity, after it what speed accepts. */
function recount(
  log: readonly ModelMessage[],
  settings: ModelSettings,
  { cut, upTo }: { cut: readonly number[]; upTo: readonly number[] },
): Cells {
  const cells: Cells = new Map()
  const everSeen = new Set<number>()
  const lastSeen = new Map<number, number>()
  const watermarks = upTo.map(() => -Infinity)
  const add = (event: ModelEvent) => {
    const name = `${Math.floor(event.time / windowMs) * windowMs}/${event.key}`
    cells.set(name, (cells.get(name) ?? 0) + event.value)
  }
  for (const { seq, partition, logTime, events } of log) {
    const isBatch = seq <= (cut[partition] ?? 0)
    if (!isBatch && seq > (upTo[partition] ?? 0)) continue
    const generation = Math.floor(logTime / settings.horizonMs)
    for (const event of events) {
      const isRepeated = everSeen.has(event.id)
      const isDuplicate = (lastSeen.get(event.id) ?? -Infinity) >= generation - 1
      everSeen.add(event.id)
      lastSeen.set(event.id, generation)
      const watermark = watermarks[partition] ?? -Infinity
      watermarks[partition] = Math.max(watermark, Math.min(event.time, logTime) - settings.outOfOrderMs)
      const windowEnd = Math.floor(event.time / windowMs) * windowMs + windowMs
      const isLate = windowEnd + settings.allowedMs <= watermark
      if (isBatch ? !isRepeated : !isDuplicate && !(isLate && settings.beyond === 'defer')) add(event)
    }
  }
  return cells
}

function differenceOf(got: Cells, want: Cells): string | null {
  for (const name of new Set([...got.keys(), ...want.keys()])) {
    const [a, b] = [got.get(name) ?? 0, want.get(name) ?? 0]
    if (a !== b) return `cell ${name} is ${a}, recounted ${b}`
  }
  return null
}

const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed)
const failures = (count: number, defect: Defect) =>
  seeds(count).flatMap((seed) =>
    (['defer', 'include'] as const)
      .map((beyond) => runHistory(seed, beyond, defect))
      .filter((bad) => bad !== null),
  )

describe('the epoch merge', () => {
  test('[law 5] [law 7] equals a recount in log order after every step of 400 random histories', () => {
    expect(failures(200, 'none')).toEqual([])
  })

  test.each(['neither fence nor base check', 'no base check', 'stale epoch', 'no dedupe rebuild'] as const)(
    '[law 7] breaks within 60 histories with %s: the histories can fail',
    (defect) => {
      expect(failures(30, defect).length).toBeGreaterThan(0)
    },
  )
})
