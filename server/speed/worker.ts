import { hostname } from 'node:os'
import type { Nats, Pool } from '../clients'
import { streamState, type SchemasInForce } from '../log'
import { compilePipeline, mergeCells, parseDefinition, type CompiledPipeline } from '../pipeline'
import { logger, newId, retry, sleep, systemClock, type Clock, type Logger, type Stop } from '../platform'
import {
  acquireLeases,
  ensurePositions,
  heartbeatLeases,
  partitionKey,
  readSpread,
  releaseLeases,
  removeWorkers,
  SpeedBases,
  workersOfScope,
  writeWorker,
  type Lease,
  type LostReason,
} from '../serving'
import { readComputesInForce, readDedupeSeed, recordHole } from './compute-store'
import type { Committed } from './flusher'
import { Lane } from './lane'
import { limits } from './limits'
import { seqBefore } from './log-seek'
import { Notes } from './notes'
import { PartitionTask } from './partition-task'
import { isAlive, ownersHere, processScope } from './process-scope'
import { ReaderGroup } from './reader-group'
import { planReaders } from './reader-plan'
import { fairShare, surplus } from './share'
import { cellsMessage, publishView } from './view-message'
import { lagOf, laneDetail, type SpeedWorkerDetail } from './worker-detail'

export interface SpeedWorkerOptions {
  pool: Pool
  nats: Nats
  /** Schemas for events that no gateway checked; null: they are taken as they are. */
  schemas: SchemasInForce | null
  clock?: Clock
  /** Unique to this run of the process. */
  owner?: string
  flushMinMs?: number
  flushMaxMs?: number
  log?: Logger
}

interface RunningCompute {
  id: number
  pipeline: string
  partitions: number
  compiled: CompiledPipeline
}

/**
 * Runs a speed worker until it is stopped. The database says what is to be computed, who holds which partition and
 * how far it was folded; everything else here can be lost at any moment and is built again from there.
 */
export async function runSpeedWorker(options: SpeedWorkerOptions): Promise<Stop> {
  const worker = new SpeedWorker(options)
  await worker.start()
  return () => worker.stop()
}

export class SpeedWorker {
  readonly owner: string
  readonly notes = new Notes()
  readonly #pool: Pool
  readonly #nats: Nats
  readonly #schemas: SchemasInForce | null
  readonly #clock: Clock
  readonly #log: Logger
  readonly #scope = processScope()
  readonly #bases = new SpeedBases(limits.baseCells)
  readonly #lanes: Record<'live' | 'catchUp', Lane>
  readonly #computes = new Map<number, RunningCompute>()
  readonly #tasks = new Map<string, PartitionTask>()
  readonly #stopping = new AbortController()
  #seed = { seedLo: 0, seedHi: 0 }
  #computesWaiting = 0
  #refreshAt = 0
  #heartbeatAt = 0
  #measured = { at: 0, events: 0, rate: 0 }
  #logLastSeq: number | null = null
  #nudge: (() => void) | undefined
  #running: Promise<void> | undefined

  constructor(options: SpeedWorkerOptions) {
    this.owner = options.owner ?? `speed-${newId()}`
    this.#pool = options.pool
    this.#nats = options.nats
    this.#schemas = options.schemas
    this.#clock = options.clock ?? systemClock
    this.#log = options.log ?? logger('speed')
    const flusher = {
      pool: this.#pool,
      bases: this.#bases,
      log: this.#log,
      flushMinMs: options.flushMinMs ?? limits.flushMinMs,
      flushMaxMs: options.flushMaxMs ?? limits.flushMaxMs,
      merge: (
        computeId: number,
        ...cells: [Parameters<typeof mergeCells>[1], Parameters<typeof mergeCells>[2]]
      ) => mergeCells(this.#compiled(computeId), ...cells),
      onCommitted: (done: Committed[]) => {
        this.#publish(done)
      },
      onLost: (task: PartitionTask, reason: LostReason) => {
        this.#lose(task, reason)
      },
    }
    this.#lanes = { live: new Lane('live', flusher), catchUp: new Lane('catchUp', flusher) }
  }

  async start(): Promise<void> {
    ownersHere.add(this.owner)
    this.#seed = await retry(() => readDedupeSeed(this.#pool), { attempts: 8, baseMs: 200, maxMs: 5_000 })
    const subscription = this.#nats.nc.subscribe('control.pipelines', {
      callback: () => {
        this.#refreshAt = 0
        this.#nudge?.()
      },
    })
    for (const lane of this.#lane()) lane.flusher.start()
    this.#running = this.#run().finally(() => {
      subscription.unsubscribe()
    })
  }

  /** Commits what was folded and gives the leases back; what cannot be committed is folded again by the next. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#nudge?.()
    await this.#running
    await Promise.all([...this.#groups()].map((group) => group.close()))
    for (const lane of this.#lane()) {
      await lane.flusher.stop()
      for (const task of lane.tasks()) task.phase = 'leaving'
      await lane.flusher.flush()
    }
    try {
      await releaseLeases(this.#pool, this.#held())
      await removeWorkers(this.#pool, [this.owner])
    } catch (error) {
      this.#log.warn({ err: error }, 'leases were not given back; they run out by themselves')
    }
    ownersHere.delete(this.owner)
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.#try('looking for computes', () => this.#refreshComputes())
      await this.#try('keeping leases', () => this.#keepLeases())
      await this.#try('planning readers', () => this.#planReaders())
      await this.#try('writing the heartbeat', () => this.#writeHeartbeat())
      await this.#pause()
    }
  }

  async #try(what: string, step: () => Promise<void>): Promise<void> {
    if (this.#stopping.signal.aborted) return
    try {
      await step()
    } catch (error) {
      this.#log.warn({ err: error }, `${what} failed and will be tried again`)
      this.notes.add(
        this.#clock.now(),
        `${what} failed: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }

  async #pause(): Promise<void> {
    const nudged = new AbortController()
    this.#nudge = () => {
      nudged.abort()
    }
    await sleep(limits.pollMs, AbortSignal.any([nudged.signal, this.#stopping.signal]))
  }

  async #refreshComputes(): Promise<void> {
    if (this.#clock.now() < this.#refreshAt) return
    const rows = await readComputesInForce(this.#pool, limits.computes + 1)
    this.#computesWaiting = Math.max(0, rows.length - limits.computes)
    if (this.#computesWaiting > 0) {
      this.notes.add(this.#clock.now(), `more than ${limits.computes} computes are in force; the newest wait`)
    }
    const wanted = rows.slice(0, limits.computes)
    const fresh = wanted.filter((row) => !this.#computes.has(row.id))
    if (fresh.length > 0) {
      await ensurePositions(
        this.#pool,
        fresh.map((row) => row.id),
      )
    }
    for (const row of fresh) {
      const parsed = parseDefinition(row.definition)
      if (!parsed.ok) {
        const [problem] = parsed.problems
        const text = `the stored definition of ${row.pipeline} cannot be read: ${problem?.path ?? ''} expects ${problem?.expected ?? ''}`
        this.#log.error({ pipeline: row.pipeline }, text)
        this.notes.add(this.#clock.now(), text)
        continue
      }
      const { id, pipeline, partitions } = row
      this.#computes.set(id, { id, pipeline, partitions, compiled: compilePipeline(parsed.definition) })
    }
    const ids = new Set(wanted.map((row) => row.id))
    const gone = [...this.#tasks.values()].filter((task) => !ids.has(task.computeId))
    await this.#giveBack(gone)
    for (const id of this.#computes.keys()) if (!ids.has(id)) this.#computes.delete(id)
    this.#refreshAt = this.#clock.now() + limits.refreshMs
  }

  async #keepLeases(): Promise<void> {
    const now = this.#clock.now()
    if (now >= this.#heartbeatAt) {
      const kept = new Set(
        (await heartbeatLeases(this.#pool, this.#held(), limits.leaseMs)).map(partitionKey),
      )
      for (const task of this.#tasks.values()) if (!kept.has(task.key)) this.#lose(task, 'fenced')
      this.#heartbeatAt = now + limits.heartbeatMs
    }
    const neighbours = await workersOfScope(this.#pool, this.#scope)
    const dead = neighbours
      .filter((worker) => worker.id !== this.owner && !isAlive(worker))
      .map(({ id }) => id)
    const computeIds = [...this.#computes.keys()]
    const spread = await readSpread(this.#pool, this.owner, { computeIds, leaseMs: limits.leaseMs, dead })
    const share = fairShare(spread)
    await this.#giveBack(surplus([...this.#tasks.values()], share))
    const limit = share - this.#tasks.size
    const taken = await acquireLeases(this.#pool, this.owner, {
      computeIds,
      limit,
      leaseMs: limits.leaseMs,
      dead,
    })
    for (const lease of taken) await this.#take(lease)
    if (dead.length > 0) await removeWorkers(this.#pool, dead)
  }

  async #take(lease: Lease): Promise<void> {
    const compute = this.#computes.get(lease.computeId)
    if (compute === undefined) return
    const { pipeline, partitions, compiled } = compute
    const task = new PartitionTask({ lease, pipeline, compiled, seed: this.#seed, partitions })
    this.#bases.forget(task.key)
    const { rebuildFrom } = task
    if (rebuildFrom !== null) task.rewindTo(await seqBefore(this.#nats, rebuildFrom))
    this.#tasks.set(task.key, task)
    this.#log.info(
      { compute: lease.computeId, partition: lease.partition, seq: lease.seq, fence: lease.fence },
      'took a lease',
    )
    // The previous holder may have committed cells and died before it told the viewers.
    publishView(this.#nats, pipeline, {
      kind: 'cells',
      computeId: lease.computeId,
      windows: [],
      truncated: true,
      watermark: lease.watermark,
      positions: { [lease.partition]: lease.seq },
    })
  }

  async #giveBack(tasks: readonly PartitionTask[]): Promise<void> {
    if (tasks.length === 0) return
    for (const task of tasks) task.phase = 'leaving'
    for (const lane of this.#lane()) await lane.flusher.flush()
    for (const task of tasks) this.#end(task)
    await releaseLeases(
      this.#pool,
      tasks.map(({ lease }) => lease),
    )
    this.#log.info({ partitions: tasks.length }, 'gave leases back')
  }

  #lose(task: PartitionTask, reason: LostReason): void {
    this.#log.warn(
      { compute: task.computeId, partition: task.partition, reason },
      'lost a lease; its state is dropped',
    )
    this.notes.add(this.#clock.now(), `lost a lease (${reason})`)
    this.#end(task)
    // Still ours when only the position was not what we thought: it is taken again, from what is committed.
    if (reason === 'moved') void releaseLeases(this.#pool, [task.lease]).catch(() => undefined)
    this.#nudge?.()
  }

  #end(task: PartitionTask): void {
    task.phase = 'ended'
    if (this.#tasks.get(task.key) === task) {
      this.#tasks.delete(task.key)
      this.#bases.forget(task.key)
    }
    for (const lane of this.#lane()) lane.recheck()
  }

  async #planReaders(): Promise<void> {
    const held = [...this.#tasks.values()]
    const groups = [...this.#groups()]
    const plans = planReaders(held, {
      joinDistance: limits.joinDistance,
      readersPerType: limits.readersPerType,
      livePending: limits.livePending,
      pendingOf: (type) => leastPending(groups.filter((group) => group.type === type)),
    })
    const kept = new Map<ReaderGroup, (typeof plans)[number]>()
    const opening: typeof plans = []
    for (const plan of plans) {
      const group = groups.find((known) => !known.failed && servesAll(known, plan.tasks))
      if (group === undefined || kept.has(group)) opening.push(plan)
      else kept.set(group, plan)
    }
    for (const group of groups) {
      const plan = kept.get(group)
      if (plan === undefined) await this.#closeGroup(group)
      else {
        group.retain(plan.tasks)
        this.#moveGroup(group, this.#lanes[plan.lane])
      }
    }
    for (const plan of opening) this.#openGroup(this.#lanes[plan.lane], plan.tasks)
  }

  #openGroup(lane: Lane, tasks: readonly PartitionTask[]): void {
    const group = new ReaderGroup(lane, tasks, {
      nats: this.#nats,
      schemas: this.#schemas,
      log: this.#log,
      liveLagMs: () => this.#liveLagMs(),
      onHole: (task, seqFrom, seqTo) => {
        void this.#try('recording a hole', () => this.#recordHole(task, seqFrom, seqTo))
      },
    })
    lane.groups.add(group)
  }

  async #closeGroup(group: ReaderGroup): Promise<void> {
    await group.close()
    group.lane.groups.delete(group)
  }

  #moveGroup(group: ReaderGroup, lane: Lane): void {
    if (group.lane === lane) return
    const left = group.lane
    left.groups.delete(group)
    group.lane = lane
    lane.groups.add(group)
    left.recheck()
    lane.flusher.nudge()
  }

  async #recordHole(task: PartitionTask, seqFrom: number, seqTo: number): Promise<void> {
    const firstMissing = Math.max(seqFrom, task.seq + 1)
    if (firstMissing > seqTo) {
      this.notes.add(this.#clock.now(), `the log no longer holds all that dedupe remembers of ${task.type}`)
      return
    }
    this.notes.add(this.#clock.now(), `the log no longer holds ${task.type} from ${firstMissing} to ${seqTo}`)
    const { firstAt } = await streamState(this.#nats)
    await recordHole(this.#pool, {
      type: task.type,
      partition: task.partition,
      seqFrom: firstMissing,
      seqTo,
      toTime: firstAt,
      reason: 'the log dropped these messages before the speed layer had folded them',
    })
  }

  async #writeHeartbeat(): Promise<void> {
    this.#logLastSeq = await streamState(this.#nats).then(
      (state) => state.lastSeq,
      () => null,
    )
    const detail = this.detail()
    await writeWorker(this.#pool, {
      id: this.owner,
      host: hostname(),
      pid: process.pid,
      scope: this.#scope,
      detail: { ...detail },
    })
  }

  detail(): SpeedWorkerDetail {
    const lanes = [...this.#lane()]
    return {
      leases: this.#tasks.size,
      computes: this.#computes.size,
      computesWaiting: this.#computesWaiting,
      logLastSeq: this.#logLastSeq,
      lag: lagOf(lanes, this.#clock.now()),
      lanes: {
        live: laneDetail(this.#lanes.live, limits.stuckAfterAttempts),
        catchUp: laneDetail(this.#lanes.catchUp, limits.stuckAfterAttempts),
      },
      eventsPerSecond: this.#rate(lanes.reduce((sum, lane) => sum + lane.events, 0)),
      basesRemembered: this.#bases.size,
      basesEvicted: this.#bases.evicted,
      dedupeEarlyRotations: [...this.#tasks.values()].reduce((sum, task) => sum + task.earlyRotations, 0),
      notes: this.notes.list(),
    }
  }

  #rate(events: number): number {
    const now = this.#clock.now()
    const { at } = this.#measured
    const rate =
      at === 0 || now <= at ? 0 : Math.round(((events - this.#measured.events) * 1_000) / (now - at))
    this.#measured = { at: now, events, rate }
    return rate
  }

  #publish(done: readonly Committed[]): void {
    const byCompute = new Map<number, Committed[]>()
    for (const item of done) {
      const known = byCompute.get(item.task.computeId)
      if (known === undefined) byCompute.set(item.task.computeId, [item])
      else known.push(item)
    }
    for (const [computeId, items] of byCompute) {
      const pipeline = items[0]?.task.pipeline
      if (pipeline !== undefined) {
        publishView(
          this.#nats,
          pipeline,
          cellsMessage(
            computeId,
            items.map(({ commit }) => commit),
          ),
        )
      }
    }
  }

  #liveLagMs(): number {
    const now = this.#clock.now()
    return Math.max(0, ...[...this.#lanes.live.groups].map((group) => group.lagMs(now)))
  }

  #compiled(computeId: number): CompiledPipeline {
    const compute = this.#computes.get(computeId)
    if (compute === undefined) throw new Error(`compute ${computeId} is not run here`)
    return compute.compiled
  }

  #held(): Lease[] {
    return [...this.#tasks.values()].map((task) => task.lease)
  }

  *#groups(): Iterable<ReaderGroup> {
    for (const lane of this.#lane()) yield* lane.groups
  }

  *#lane(): Iterable<Lane> {
    yield this.#lanes.live
    yield this.#lanes.catchUp
  }
}

function servesAll(group: ReaderGroup, tasks: readonly PartitionTask[]): boolean {
  return tasks.every((task) => group.tasks.includes(task))
}

function leastPending(groups: readonly ReaderGroup[]): number {
  return groups.length === 0 ? 0 : Math.min(...groups.map((group) => group.pending ?? 0))
}
