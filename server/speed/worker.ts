import type { Nats, Pool } from '../clients'
import type { SchemasInForce } from '../log'
import { mergeCells, type LongKey } from '../pipeline'
import { crashPoint, logger, newId, retry, systemTiming, type Clock, type Stop } from '../platform'
import {
  partitionKey,
  SpeedBases,
  type Lease,
  type LostReason,
  type MergeCells,
  type SpeedWorkerRow,
} from '../serving'
import { Computes } from './computes'
import { recordCommitted, viewTraces } from './event-spans'
import type { Committed } from './flusher'
import { Lane } from './lane'
import { limits } from './limits'
import { Notes } from './notes'
import { PartitionTask } from './partition-task'
import { PoisonRecord } from './poison'
import { parkOf, speedLogOf, speedStoreOf, type SpeedPorts } from './ports'
import { thisProcess } from './process-scope'
import { Readers, type Lanes } from './readers'
import { fairShare, surplus } from './share'
import { WindowKeys, type KeyGuard } from './window-keys'
import { cellsMessage, type CellsMessage } from './view-message'
import { workerDetail } from './worker-detail'

export interface SpeedWorkerOptions extends SpeedWorkerSettings {
  pool: Pool
  nats: Nats
  /** Schemas for events that no gateway checked; null: they are taken as they are. */
  schemas: SchemasInForce | null
  clock?: Clock
}

export interface SpeedWorkerSettings {
  /** Unique to this run of the process. */
  owner?: string
  flushMinMs?: number
  flushMaxMs?: number
  /** What was read of the log, for whom; of a replay too. */
  onRead?: (pipeline: string, read: { events: number; bytes: number }) => void
  /** How long events waited from the log to the commit of their cells, for a pipeline that is served. */
  onEventToView?: (pipeline: string, ms: number, events: number) => void
  /** Keeps windows from having more keys than their pipeline's limit; absent: nothing does. */
  keys?: KeyGuard
  /** Events that were counted `invalid` because their key was too long: some of them, and not those of a killed worker. */
  onLongKeys?: (of: { pipeline: string; type: string }, keys: readonly LongKey[]) => void
}

/**
 * Runs a speed worker until it is stopped. The database says what is to be computed, who holds which partition and
 * how far it was folded; everything else here can be lost at any moment and is built again from there.
 */
export function runSpeedWorker(options: SpeedWorkerOptions): Promise<Stop> {
  const { pool, nats, schemas, clock = systemTiming } = options
  const ports: SpeedPorts = {
    store: speedStoreOf(pool),
    log: speedLogOf(nats, schemas),
    timing: { ...systemTiming, now: () => clock.now() },
    place: thisProcess(),
    park: parkOf(pool, nats),
  }
  return startSpeedWorker(ports, options)
}

/** The same over other ports. */
export async function startSpeedWorker(ports: SpeedPorts, settings: SpeedWorkerSettings): Promise<Stop> {
  const worker = new SpeedWorker(ports, settings)
  await worker.start()
  return () => worker.stop()
}

class SpeedWorker {
  readonly #owner: string
  readonly #ports: SpeedPorts
  readonly #log = logger('speed')
  readonly #notes = new Notes()
  readonly #bases = new SpeedBases(limits.baseCells)
  readonly #computes: Computes
  readonly #lanes: Lanes
  readonly #readers: Readers
  readonly #keys: WindowKeys | null
  readonly #tasks = new Map<string, PartitionTask>()
  /** By partition, the last message that was ever committed from here: a restart from a cut folds it again. */
  readonly #seen = new Map<string, number>()
  /** By partition, of those whose fold has thrown. */
  readonly #poisons = new Map<string, PoisonRecord>()
  readonly #stopping = new AbortController()
  /** Leases that are held and have no task yet: their state is being read. */
  readonly #taking = new Set<Lease>()
  #seed = { seedLo: 0, seedHi: 0 }
  #row: SpeedWorkerRow | null = null
  #refreshAt = 0
  #measured = { at: 0, events: 0 }
  #nudge: (() => void) | undefined
  #running: Promise<void> | undefined

  constructor(ports: SpeedPorts, options: SpeedWorkerSettings) {
    const { store, log, timing } = ports
    this.#owner = options.owner ?? `speed-${newId()}`
    this.#ports = ports
    this.#computes = new Computes(store, (what, error) => {
      this.#note(what, error)
    })
    const merge: MergeCells = (id, base, delta) => mergeCells(this.#computes.compiled(id), base, delta)
    const flusher = {
      view: store.view,
      timing,
      bases: this.#bases,
      log: this.#log,
      flushMinMs: options.flushMinMs ?? limits.flushMinMs,
      flushMaxMs: options.flushMaxMs ?? limits.flushMaxMs,
      merge,
      onCommitted: (done: Committed[]) => {
        this.#publish(done)
        this.#keys?.note(done)
        this.#tellLongKeys(done, options.onLongKeys)
        this.#tellWaits(done, options.onEventToView)
      },
      onLost: (task: PartitionTask, reason: LostReason) => {
        this.#lose(task, reason)
      },
    }
    this.#lanes = { live: new Lane('live', flusher), catchUp: new Lane('catchUp', flusher) }
    this.#keys =
      options.keys === undefined
        ? null
        : new WindowKeys(options.keys, {
            limitOf: (id) => this.#computes.get(id)?.keysPerWindow ?? Infinity,
            shareOf: (id) => this.#shareOf(id),
            now: () => timing.now(),
            onFailure: (error) => {
              this.#note('counting the keys of a window failed and is tried again', error)
            },
          })
    this.#readers = new Readers(this.#lanes, {
      log,
      timing,
      onRead: (task, read) => options.onRead?.(task.pipeline, read),
      park: (task, signal) => this.#park(task, signal),
      onFailure: (type, error) => {
        this.#note(`reading ${type} failed and is tried again`, error)
      },
      onHole: (task, seqFrom, seqTo) => {
        void this.#try('recording a hole', () => this.#recordHole(task, seqFrom, seqTo))
      },
    })
  }

  async start(): Promise<void> {
    const { store, log, timing, place } = this.#ports
    place.enter(this.#owner)
    const { random } = timing
    const policy = { attempts: 8, baseMs: 200, maxMs: 5_000, timing, random }
    this.#seed = await retry(() => store.readDedupeSeed(), policy)
    const unsubscribe = log.onPipelines(() => {
      this.#refreshAt = 0
      this.#nudge?.()
    })
    this.#lanes.live.flusher.start()
    this.#lanes.catchUp.flusher.start()
    this.#running = Promise.all([this.#run(), this.#keepBeating()]).then(unsubscribe, unsubscribe)
  }

  /** Commits what was folded and gives the leases back; what cannot be committed is folded again by the next. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#nudge?.()
    await this.#running
    await this.#readers.close()
    for (const task of this.#tasks.values()) task.phase = 'leaving'
    for (const { flusher } of [this.#lanes.live, this.#lanes.catchUp]) {
      await flusher.stop()
      await flusher.flush()
    }
    try {
      await this.#ports.store.releaseLeases(this.#held())
      await this.#ports.store.removeWorkers([this.#owner])
    } catch (error) {
      this.#log.warn({ err: error }, 'leases were not given back; they run out by themselves')
    }
    this.#ports.place.leave(this.#owner)
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#try('looking for computes', () => this.#refreshComputes())
      await this.#try('keeping leases', () => this.#keepLeases())
      await this.#try('planning readers', () => this.#readers.follow([...this.#tasks.values()]))
      await this.#try('writing the heartbeat', () => this.#writeHeartbeat())
      await this.#pause()
    }
  }

  async #try(what: string, step: () => Promise<void>): Promise<void> {
    if (this.#stopping.signal.aborted) return
    try {
      await step()
    } catch (error) {
      this.#note(`${what} failed and is tried again`, error)
    }
  }

  #note(what: string, error: unknown): void {
    this.#log.warn({ err: error }, what)
    this.#notes.add(
      this.#ports.timing.now(),
      `${what}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }

  async #pause(): Promise<void> {
    // A stop nudges as well, so what is waited on needs no second signal.
    if (this.#stopping.signal.aborted) return
    const nudged = new AbortController()
    this.#nudge = () => {
      nudged.abort(null)
    }
    await this.#ports.timing.sleep(limits.pollMs, nudged.signal)
  }

  async #refreshComputes(): Promise<void> {
    if (this.#ports.timing.now() < this.#refreshAt) return
    this.#refreshAt = this.#ports.timing.now() + limits.refreshMs
    const ids = await this.#computes.refresh()
    await this.#giveBack([...this.#tasks.values()].filter((task) => !ids.has(task.computeId)))
    this.#computes.keepOnly(ids)
    for (const key of this.#poisons.keys()) if (!ids.has(Number(key.split('/')[0]))) this.#poisons.delete(key)
  }

  async #keepLeases(): Promise<void> {
    const { leaseMs } = limits
    const { store, place } = this.#ports
    const neighbours = await store.workersOfScope(place.scope)
    const dead = neighbours
      .filter((worker) => worker.id !== this.#owner && !place.isAlive(worker))
      .map(({ id }) => id)
    const computeIds = this.#computes.ids
    const share = fairShare(await store.readSpread(this.#owner, { computeIds, leaseMs, dead }))
    await this.#giveBack(surplus([...this.#tasks.values()], share))
    const limit = share - this.#tasks.size
    const taken = await store.acquireLeases(this.#owner, { computeIds, limit, leaseMs, dead })
    for (const lease of taken) this.#taking.add(lease)
    for (const [i, lease] of taken.entries()) {
      await this.#take(lease)
        .catch(async (error: unknown) => {
          for (const left of taken) this.#taking.delete(left)
          await store.releaseLeases(taken.slice(i))
          throw error
        })
        .finally(() => this.#taking.delete(lease))
    }
    if (dead.length > 0) await store.removeWorkers(dead)
  }

  /** Beside all else: a log that is away, or many partitions to take at once, must not cost what is held. */
  async #keepBeating(): Promise<void> {
    const { timing, store } = this.#ports
    for (;;) {
      await timing.sleep(limits.heartbeatMs, this.#stopping.signal)
      if (this.#stopping.signal.aborted) return
      await this.#try('renewing leases', () => this.#heartbeat())
      const row = this.#row
      if (row !== null) await this.#try('writing the heartbeat', () => store.writeWorker(row))
    }
  }

  async #heartbeat(): Promise<void> {
    const tasks = [...this.#tasks.values()]
    const leases = [...tasks.map(({ lease }) => lease), ...this.#taking]
    const kept = new Set((await this.#ports.store.heartbeatLeases(leases, limits.leaseMs)).map(partitionKey))
    for (const task of tasks)
      if (!kept.has(task.key) && this.#tasks.get(task.key) === task) this.#lose(task, 'fenced')
  }

  async #take(lease: Lease): Promise<void> {
    const compute = this.#computes.get(lease.computeId)
    if (compute === undefined) return
    const { pipeline, partitions, compiled, createdAt } = compute
    const waits = { from: createdAt, seenSeq: this.#seen.get(partitionKey(lease)) ?? 0 }
    const { store, log, timing: clock } = this.#ports
    const poisons = this.#poisons.get(partitionKey(lease)) ?? new PoisonRecord()
    const onSpoilt = (error: unknown) => {
      this.#poisons.set(task.key, poisons)
      this.#takeAgain(task, error)
    }
    const seed = this.#seed
    const options = { lease, pipeline, compiled, seed, partitions, waits, clock, poisons, onSpoilt }
    const task = new PartitionTask(options)
    this.#bases.forget(task.key)
    this.#keys?.forget(task.computeId)
    const { rebuildFrom } = task
    if (rebuildFrom !== null) task.rewindTo(await log.seqBefore(rebuildFrom))
    const skippedAfter = await store.readSkipped(lease)
    if (skippedAfter !== null) task.rewindTo(skippedAfter)
    crashPoint('speed.lease.taken')
    this.#tasks.set(task.key, task)
    const { computeId, partition, seq, fence, watermark } = lease
    this.#log.info({ computeId, partition, seq, fence }, 'took a lease')
    // The holder before may have committed cells and died before it told the viewers.
    const positions = { [partition]: seq }
    this.#tell(computeId, pipeline, {
      kind: 'cells',
      computeId,
      windows: [],
      truncated: true,
      watermark,
      positions,
    })
  }

  async #giveBack(tasks: readonly PartitionTask[]): Promise<void> {
    if (tasks.length === 0) return
    for (const task of tasks) task.phase = 'leaving'
    for (const { flusher } of [this.#lanes.live, this.#lanes.catchUp]) await flusher.flush()
    for (const task of tasks) this.#end(task)
    await this.#ports.store.releaseLeases(tasks.map(({ lease }) => lease))
    this.#log.info({ partitions: tasks.length }, 'gave leases back')
  }

  #lose(task: PartitionTask, reason: LostReason): void {
    const { computeId, partition } = task
    this.#log.warn({ computeId, partition, reason }, 'lost a lease; its state is dropped')
    this.#notes.add(this.#ports.timing.now(), `lost a lease (${reason})`)
    this.#end(task)
    // Still ours when only the position was not what we thought: it is taken again, from what is committed.
    if (reason === 'moved')
      void this.#try('giving a lease back', () => this.#ports.store.releaseLeases([task.lease]))
    this.#nudge?.()
  }

  /** From what is committed: its fold has thrown, and left its state half changed. */
  #takeAgain(task: PartitionTask, error: unknown): void {
    const where = `partition ${task.partition} of ${task.pipeline}`
    this.#note(`folding ${where} failed; it is read again, event by event`, error)
    this.#end(task)
    void this.#try('giving a lease back', () => this.#ports.store.releaseLeases([task.lease]))
    this.#nudge?.()
  }

  async #park(task: PartitionTask, signal: AbortSignal): Promise<void> {
    const { computeId, pipeline, type, partition, unparked } = task
    const { windowSizeMs } = task.compiled.definition
    const compute = { computeId, pipeline, type, partition, windowSizeMs }
    const { timing, park } = this.#ports
    const { retryBaseMs: baseMs, retryMaxMs: maxMs } = limits
    const policy = { attempts: Infinity, baseMs, maxMs, signal, timing, random: timing.random }
    await retry(() => park(compute, unparked), policy)
    task.noteParked()
    this.#note(`events of ${pipeline} could not be folded and are dead letters`, unparked[0]?.message)
  }

  #end(task: PartitionTask): void {
    task.phase = 'ended'
    if (this.#tasks.get(task.key) === task) {
      this.#tasks.delete(task.key)
      this.#bases.forget(task.key)
    }
    this.#lanes.live.recheck()
    this.#lanes.catchUp.recheck()
  }

  async #recordHole(task: PartitionTask, seqFrom: number, seqTo: number): Promise<void> {
    const { type, partition } = task
    const firstMissing = Math.max(seqFrom, task.seq + 1)
    if (firstMissing > seqTo) {
      this.#notes.add(
        this.#ports.timing.now(),
        `the log no longer holds all that dedupe remembers of ${type}`,
      )
      return
    }
    this.#notes.add(
      this.#ports.timing.now(),
      `the log no longer holds ${type} from ${firstMissing} to ${seqTo}`,
    )
    const { firstAt } = await this.#ports.log.state()
    const reason = 'the log dropped these messages before the speed layer had folded them'
    await this.#ports.store.recordHole({
      type,
      partition,
      seqFrom: firstMissing,
      seqTo,
      toTime: firstAt,
      reason,
    })
  }

  async #writeHeartbeat(): Promise<void> {
    const logLastSeq = await this.#ports.log.state().then(
      ({ lastSeq }) => lastSeq,
      () => null,
    )
    const detail = workerDetail({
      tasks: [...this.#tasks.values()],
      computes: this.#computes,
      lanes: this.#lanes,
      bases: this.#bases,
      fullWindows: this.#keys?.full() ?? [],
      notes: this.#notes.list(),
      now: this.#ports.timing.now(),
      logLastSeq,
      eventsPerSecond: this.#eventsPerSecond(),
    })
    const { host, pid, scope } = this.#ports.place
    this.#row = { id: this.#owner, host, pid, scope, detail: { ...detail } }
    await this.#ports.store.writeWorker(this.#row)
  }

  /** The part of a compute's partitions that is held here. */
  #shareOf(computeId: number): number {
    const partitions = this.#computes.get(computeId)?.partitions ?? 1
    let held = 0
    for (let partition = 0; partition < partitions; partition++)
      if (this.#tasks.has(partitionKey({ computeId, partition }))) held++
    return held / partitions
  }

  #tellLongKeys(done: readonly Committed[], tell: SpeedWorkerSettings['onLongKeys']): void {
    for (const { task } of done) if (task.longKeys.length > 0) tell?.(task, task.longKeys)
  }

  #eventsPerSecond(): number {
    const now = this.#ports.timing.now()
    const before = this.#measured
    this.#measured = { at: now, events: this.#lanes.live.events + this.#lanes.catchUp.events }
    if (before.at === 0 || now <= before.at) return 0
    return Math.round(((this.#measured.events - before.events) * 1_000) / (now - before.at))
  }

  #publish(done: readonly Committed[]): void {
    const byCompute = new Map<number, Committed[]>()
    for (const item of done) {
      const known = byCompute.get(item.task.computeId)
      if (known === undefined) byCompute.set(item.task.computeId, [item])
      else known.push(item)
    }
    for (const [computeId, items] of byCompute) {
      const commits = items.map(({ commit }) => commit)
      const pipeline = items[0]?.task.pipeline
      if (pipeline === undefined) continue
      for (const { task, traced } of items) recordCommitted(traced, task)
      const traces = viewTraces(
        items.flatMap(({ traced }) => traced),
        computeId,
      )
      const message = cellsMessage(computeId, commits)
      this.#tell(computeId, pipeline, traces.length === 0 ? message : { ...message, traces })
    }
  }

  #tellWaits(done: readonly Committed[], tell: SpeedWorkerOptions['onEventToView']): void {
    const now = this.#ports.timing.now()
    for (const { task } of done) {
      this.#seen.set(task.key, Math.max(this.#seen.get(task.key) ?? 0, task.committedSeq))
      if (this.#computes.get(task.computeId)?.served !== true) continue
      for (const { logTime, events } of task.waited) tell?.(task.pipeline, Math.max(0, now - logTime), events)
    }
  }

  /** Viewers are told of what they are served. */
  #tell(computeId: number, pipeline: string, message: CellsMessage): void {
    if (this.#computes.get(computeId)?.served === true) this.#ports.log.publishView(pipeline, message)
  }

  #held(): Lease[] {
    return [...this.#tasks.values()].map((task) => task.lease)
  }
}
