import { recompute, type ArchiveSource, type BatchEngine } from '../../batch'
import { duckDbEngine } from '../../batch/testing'
import { inTransaction, type Duck, type Pool } from '../../clients'
import {
  compilePipeline,
  DedupeSet,
  fold,
  mergeCells,
  newPartitionState,
  takeDeltas,
  watermarkOf,
  type CellDelta,
  type CompiledPipeline,
  type Definition,
  type PartitionState,
} from '../../pipeline'
import { archiveTable, batchOf, EVENT_TYPE, type ReferenceEvent } from '../../pipeline/testing'
import { systemClock } from '../../platform'
import { commitSpeed, rotateEpoch, SpeedBases, type Cut, type Range, type StagedVersion } from '../../serving'
import type { CompareDeps } from '../comparison'

export type LoggedEvent = ReferenceEvent & { attrs: string | null }

interface Lane {
  state: PartitionState
  /** The same, folded as it should be. */
  shadow: PartitionState
  seq: number
  logTime: number | null
  events: number
}

interface Position {
  seq: number
  watermark: number | null
}

export interface KeptDelta {
  epoch: number
  stored: CellDelta
  right: CellDelta
}

let made = 0

/**
 * One compute: a log in memory with its archive in DuckDB, the real fold and the real commits of the speed layer, and
 * real batch runs. `altered` folds in place of the definition's own fold.
 */
export class World {
  readonly compiled: CompiledPipeline
  computeId = 0
  engine!: BatchEngine
  archive!: ArchiveSource
  /** What was committed, as it was and as it should have been, by `${windowStart} ${key}`. */
  readonly deltas = new Map<string, KeptDelta[]>()
  readonly holes: { partition: number; seqFrom: number; seqTo: number }[] = []
  private readonly name = `reconciled-${++made}`
  private readonly speed: CompiledPipeline
  private readonly lanes: (Lane | null)[]
  private readonly fences: number[]
  readonly positions: Position[]

  constructor(
    readonly pool: Pool,
    private readonly duck: Duck,
    readonly definition: Definition,
    readonly events: LoggedEvent[],
    readonly partitions: number,
    altered?: (compiled: CompiledPipeline) => CompiledPipeline,
  ) {
    this.compiled = compilePipeline(definition)
    this.speed = altered === undefined ? this.compiled : altered(this.compiled)
    const each = <T>(value: () => T) => Array.from({ length: partitions }, value)
    this.lanes = each(() => null)
    this.fences = each(() => 0)
    this.positions = each(() => ({ seq: -1, watermark: null }))
  }

  get compute() {
    return { id: this.computeId, pipeline: this.name }
  }

  get deps(): CompareDeps {
    const { pool, engine, archive } = this
    return { pool, engine, archive, clock: systemClock }
  }

  async create(): Promise<this> {
    const { rows } = await this.pool.query<{ id: number }>(
      `INSERT INTO compute (pipeline, hash, type, partitions) VALUES ($1, 'h', $2, $3) RETURNING id`,
      [this.name, EVENT_TYPE, this.partitions],
    )
    this.computeId = rows[0]?.id ?? 0
    await this.pool.query(
      `INSERT INTO speed_position (compute_id, partition, seq) SELECT $1, generate_series(0, $2 - 1), -1`,
      [this.computeId, this.partitions],
    )
    const columns = await archiveTable(this.duck, 'world', [...this.events].reverse())
    this.engine = duckDbEngine(this.duck)
    const times = this.events.map(({ time }) => time)
    const whole = { minTime: Math.min(...times), maxTime: Math.max(...times), rows: times.length, bytes: 1 }
    this.archive = {
      reachedSeq: () => Promise.resolve(Infinity),
      scan: () => Promise.resolve({ relation: 'world', columns, segments: [whole] }),
    }
    return this
  }

  /** Folds up to `count` further events of a partition; whole messages. */
  step(partition: number, count: number): void {
    const lane = this.lanes[partition] ?? this.restore(partition)
    const ahead = this.eventsOf(partition).filter(({ seq }) => seq > lane.seq)
    const end = ahead[Math.min(count, ahead.length) - 1]?.seq
    if (end === undefined) return
    const read = ahead.filter((event) => event.seq <= end)
    this.foldInto(lane, read)
    lane.seq = end
  }

  private foldInto(lane: Lane, events: readonly LoggedEvent[]): void {
    const read = events.filter((event) => !this.isUnread(event))
    if (read.length === 0) return
    const batch = batchOf([...read], this.compiled.fields)
    fold(this.speed, lane.state, batch)
    fold(this.compiled, lane.shadow, batch)
    lane.logTime = read.at(-1)?.logTime ?? lane.logTime
    lane.events += read.length
  }

  isUnread({ partition, seq }: LoggedEvent): boolean {
    return this.holes.some((hole) => hole.partition === partition && hole.seqFrom <= seq && seq <= hole.seqTo)
  }

  crash(partition: number): void {
    this.lanes[partition] = null
  }

  private async commit(partition: number): Promise<void> {
    const lane = this.lanes[partition]
    const position = this.positions[partition]
    if (lane == null || position === undefined || lane.seq === position.seq) return
    const { cells, counters } = takeDeltas(lane.state)
    const right = new Map(
      takeDeltas(lane.shadow).cells.map((delta) => [`${delta.windowStart} ${delta.key}`, delta]),
    )
    const { committed, lost } = await commitSpeed(this.pool, {
      commits: [
        {
          computeId: this.computeId,
          partition,
          fence: this.fences[partition] ?? 0,
          baseSeq: position.seq,
          seq: lane.seq,
          watermark: watermarkOf(lane.state),
          logTime: lane.logTime,
          counters: { messages: counters.events, ...counters },
          cells,
        },
      ],
      merge: (_id, a, b) => mergeCells(this.compiled, a, b),
      bases: new SpeedBases(0),
      leaseMs: 10_000,
    })
    const epoch = committed[0]?.epoch
    if (epoch === undefined) throw new Error(`the commit was lost: ${JSON.stringify(lost)}`)
    for (const delta of cells) {
      const name = `${delta.windowStart} ${delta.key}`
      this.keep(name, { epoch, stored: delta, right: right.get(name) ?? delta })
      right.delete(name)
    }
    for (const [name, delta] of right) this.keep(name, { epoch, stored: nothingOf(delta), right: delta })
    position.seq = lane.seq
    position.watermark = watermarkOf(lane.state)
  }

  private keep(name: string, delta: KeptDelta): void {
    const list = this.deltas.get(name) ?? []
    list.push(delta)
    this.deltas.set(name, list)
  }

  /** The speed layer finds that the next messages of a partition are gone. */
  async loseNext(partition: number, count: number): Promise<void> {
    const lane = this.lanes[partition] ?? this.restore(partition)
    const gone = this.eventsOf(partition)
      .filter(({ seq }) => seq > lane.seq)
      .slice(0, count)
    const [first, last] = [gone[0], gone.at(-1)]
    if (first === undefined || last === undefined) return
    this.holes.push({ partition, seqFrom: first.seq, seqTo: last.seq })
    await this.pool.query(
      `INSERT INTO hole (type, compute_id, partition, seq_from, seq_to, layer, reason) VALUES ($1, $2, $3, $4, $5, 'speed', 'test')`,
      [EVENT_TYPE, this.computeId, partition, first.seq, last.seq],
    )
  }

  rotate(): Promise<Cut> {
    return inTransaction(this.pool, (client) => rotateEpoch(client, this.computeId))
  }

  stage(range: Range, cut: Cut): Promise<StagedVersion> {
    const { pool, engine, archive, compute, compiled } = this
    return recompute({
      ...{ pool, engine, archive, compute, compiled, range, cut, clock: systemClock },
      ...{ actor: 'test', reason: null, jobId: null },
    })
  }

  private eventsOf(partition: number): LoggedEvent[] {
    return this.events.filter((event) => event.partition === partition)
  }

  /** As a worker that takes the partition over: all it knows is what is committed, and the log. */
  private restore(partition: number): Lane {
    const { seq, watermark } = this.positions[partition] ?? { seq: -1, watermark: null }
    const fence = (this.fences[partition] ?? 0) + 1
    this.fences[partition] = fence
    const committed = this.eventsOf(partition).filter((event) => event.seq <= seq && !this.isUnread(event))
    const state = (compiled: CompiledPipeline, at: number | null) => {
      const dedupe = new DedupeSet({ horizonMs: this.definition.dedupeHorizonMs, seedLo: 3, seedHi: -4 })
      for (const { source, id, logTime } of committed) dedupe.meet(source, id, logTime)
      return newPartitionState(compiled, { watermark: at, dedupe })
    }
    const lane: Lane = {
      state: state(this.speed, watermark),
      shadow: state(this.compiled, watermark),
      ...{ seq, events: 0, logTime: committed.at(-1)?.logTime ?? null },
    }
    this.lanes[partition] = lane
    return lane
  }

  /** Commits under the lease of the worker that holds the partition. */
  async commitGranted(partition: number): Promise<void> {
    await this.pool.query(`UPDATE speed_position SET fence = $3 WHERE compute_id = $1 AND partition = $2`, [
      this.computeId,
      partition,
      this.fences[partition] ?? 0,
    ])
    await this.commit(partition)
  }
}

const nothingOf = (delta: CellDelta): CellDelta => ({
  ...delta,
  cell: { acc: delta.cell.acc.map((slot, i) => (i === 0 ? '0' : slot)), sketch: null },
  late: 0,
  duplicate: 0,
})
