import type { PoolClient } from '../../clients'
import { inTransaction, type Pool } from '../../clients'
import {
  accText,
  compilePipeline,
  DedupeSet,
  fold,
  mergeCells,
  newPartitionState,
  parseExpression,
  takeDeltas,
  watermarkOf,
  type CellDelta,
  type CompiledPipeline,
  type Definition,
  type EventBatch,
  type Expression,
  type FieldType,
  type PartitionState,
} from '../../pipeline'
import { copyText } from '../copy-text'
import type { Cut } from '../cut'
import type { Range } from '../ranges'
import { rotateEpoch } from '../rotate-epoch'
import { SpeedBases } from '../speed-bases'
import { commitSpeed } from '../speed-view-store'
import { stageVersion, type StagedVersion } from '../stage-version'

export const windowMs = 10_000
export const origin = 1_700_000_000_000
/** When the log got every event: after all of them, so that lateness follows from their own times. */
export const loggedAt = origin + 1e9

export interface TestEvent {
  seq: number
  partition: number
  id: string
  time: number
  key: string
  miles: number
  fare: string
}

const expression = (text: string, type: FieldType): Expression => {
  const parsed = parseExpression(text, type)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problem))
  return parsed.expression
}

export function testDefinition(change: Partial<Definition> = {}): Definition {
  const miles = expression('data.miles', 'number')
  return {
    name: 'trips',
    title: 'Trips',
    owner: 'tests',
    tags: {},
    eventType: 'trip.ended',
    schemaSubject: null,
    filter: null,
    key: [expression('data.key', 'string')],
    windowSizeMs: windowMs,
    lateness: { outOfOrderMs: 3_000, allowedMs: 5_000, beyond: 'defer' },
    dedupeHorizonMs: 1e12,
    measures: [
      { name: 'trips', kind: 'count', where: null },
      { name: 'miles', kind: 'sum', of: miles, type: 'int', scale: null, raw: false },
      { name: 'shortest', kind: 'min', of: miles, type: 'int', scale: null, raw: false },
      { name: 'longest', kind: 'max', of: miles, type: 'float', scale: null, raw: false },
      { name: 'average', kind: 'mean', of: miles, type: 'float', scale: null, raw: false },
      { name: 'fares', kind: 'distinct', of: expression('data.fare', 'string') },
      { name: 'median', kind: 'quantile', of: miles, q: 0.5 },
    ],
    batch: { everyMs: 300_000, reconcile: 'auto', tolerance: 0 },
    retention: { versions: 2, cellsMs: 1e12 },
    objectives: {},
    budget: null,
    ...change,
  }
}

/** One compute with a log in memory, real fold and real speed commits; batch runs by the plain rules. */
export class History {
  readonly compiled: CompiledPipeline
  readonly log: TestEvent[] = []
  computeId = 0
  private readonly workers: (Worker | null)[]
  private readonly fences: number[]
  private readonly positions: number[]

  constructor(
    readonly pool: Pool,
    readonly definition: Definition,
    readonly partitions: number,
  ) {
    this.compiled = compilePipeline(definition)
    this.workers = Array.from({ length: partitions }, () => null)
    this.fences = Array.from({ length: partitions }, () => 0)
    this.positions = Array.from({ length: partitions }, () => 0)
  }

  get compute() {
    return { id: this.computeId, pipeline: this.definition.name }
  }

  get target() {
    return { compute: this.compute, compiled: this.compiled }
  }

  get vacuumed() {
    return { computeId: this.computeId, definition: this.definition }
  }

  async create(): Promise<this> {
    const { rows } = await this.pool.query<{ id: number }>(
      `INSERT INTO compute (pipeline, hash, type, partitions) VALUES ($1, 'h', $2, $3) RETURNING id`,
      [this.definition.name, this.definition.eventType, this.partitions],
    )
    this.computeId = rows[0]?.id ?? 0
    await this.pool.query(
      `INSERT INTO speed_position (compute_id, partition) SELECT $1, generate_series(0, $2 - 1)`,
      [this.computeId, this.partitions],
    )
    return this
  }

  append(event: Omit<TestEvent, 'seq'>): void {
    this.log.push({ ...event, seq: this.log.length + 1 })
  }

  position(partition: number): number {
    return this.positions[partition] ?? 0
  }

  /** Folds up to `count` further events of a partition, without committing them. */
  async step(partition: number, count: number): Promise<void> {
    const worker = this.workers[partition] ?? (await this.restore(partition))
    const ahead = this.log.filter((e) => e.partition === partition && e.seq > worker.seq).slice(0, count)
    if (ahead.length === 0) return
    fold(this.compiled, worker.state, batchOf(this.definition, partition, ahead))
    worker.seq = ahead.at(-1)?.seq ?? worker.seq
  }

  crash(partition: number): void {
    this.workers[partition] = null
  }

  async commit(partition: number): Promise<void> {
    const worker = this.workers[partition]
    if (worker == null) return
    const { cells, counters } = takeDeltas(worker.state)
    const { lost } = await commitSpeed(this.pool, {
      commits: [
        {
          computeId: this.computeId,
          partition,
          fence: worker.fence,
          baseSeq: this.position(partition),
          seq: worker.seq,
          watermark: watermarkOf(worker.state),
          logTime: worker.seq,
          counters: { messages: counters.events, ...counters },
          cells,
        },
      ],
      merge: (_id, a, b) => mergeCells(this.compiled, a, b),
      bases: new SpeedBases(0),
      leaseMs: 10_000,
    })
    if (lost.length > 0) throw new Error(`the commit was lost: ${JSON.stringify(lost)}`)
    this.positions[partition] = worker.seq
  }

  async catchUp(): Promise<void> {
    for (let partition = 0; partition < this.partitions; partition++) {
      await this.step(partition, Infinity)
      await this.commit(partition)
    }
  }

  rotate(): Promise<Cut> {
    return inTransaction(this.pool, (client: PoolClient) => rotateEpoch(client, this.computeId))
  }

  /** A batch run by the plain rules: every event up to the cut, first position of an identity wins. */
  stage(range: Range, cut: Cut): Promise<StagedVersion> {
    const seen = new Set<string>()
    const counted = this.log.filter((event) => {
      if (event.seq > (cut.seqs[event.partition] ?? 0) || seen.has(event.id)) return false
      seen.add(event.id)
      return event.time >= range.from && event.time < range.to
    })
    const cells = this.cellsOf(counted)
    return stageVersion(
      this.pool,
      {
        computeId: this.computeId,
        pipeline: this.definition.name,
        range,
        cut,
        schemas: {},
        jobId: null,
        createdBy: 'test',
        reason: null,
      },
      () => ({
        lines: linesOf(cells),
        figures: () => ({ digest: 'test', events: counted.length, bytes: 0 }),
      }),
    )
  }

  private cellsOf(events: TestEvent[]): CellDelta[] {
    const plain = compilePipeline({
      ...this.definition,
      lateness: { ...this.definition.lateness, beyond: 'include' },
    })
    const state = newPartitionState(plain, { watermark: null, dedupe: newDedupe() })
    fold(plain, state, batchOf(this.definition, 0, events))
    return takeDeltas(state).cells
  }

  /** As a worker that takes the partition over: fence, watermark and dedupe marks from what is committed. */
  private async restore(partition: number): Promise<Worker> {
    const fence = (this.fences[partition] ?? 0) + 1
    this.fences[partition] = fence
    await this.pool.query(`UPDATE speed_position SET fence = $3 WHERE compute_id = $1 AND partition = $2`, [
      this.computeId,
      partition,
      fence,
    ])
    const state = newPartitionState(this.compiled, { watermark: null, dedupe: newDedupe() })
    const seq = this.position(partition)
    const committed = this.log.filter((e) => e.partition === partition && e.seq <= seq)
    fold(this.compiled, state, batchOf(this.definition, partition, committed))
    takeDeltas(state)
    const worker = { state, seq, fence }
    this.workers[partition] = worker
    return worker
  }
}

interface Worker {
  state: PartitionState
  seq: number
  fence: number
}

const newDedupe = () => new DedupeSet({ horizonMs: 1e12, seedLo: 1, seedHi: 2 })

function batchOf(definition: Definition, partition: number, events: readonly TestEvent[]): EventBatch {
  return {
    type: definition.eventType,
    partition,
    n: events.length,
    seq: events.map(({ seq }) => seq),
    index: events.map(() => 0),
    logTime: events.map(() => loggedAt),
    time: events.map(({ time }) => time),
    source: events.map(() => 'test'),
    id: events.map(({ id }) => id),
    subject: events.map(() => null),
    columns: {
      key: events.map(({ key }) => key),
      miles: events.map(({ miles }) => miles),
      fare: events.map(({ fare }) => fare),
    },
  }
}

async function* linesOf(cells: readonly CellDelta[]): AsyncGenerator<string> {
  for (const { windowStart, key, cell } of cells) {
    const sketch = cell.sketch === null ? '\\N' : `\\\\x${Buffer.from(cell.sketch).toString('hex')}`
    yield await Promise.resolve(`${windowStart}\t${copyText(key)}\t${accText(cell.acc)}\t${sketch}\n`)
  }
}
