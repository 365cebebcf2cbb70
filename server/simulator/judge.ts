import type { Transaction } from './memory-db'
import type { MemoryLog } from './memory-log'
import { add, cellOf, differenceOf, type Oracle, type Sums } from './oracle'
import { computeId, type Settings } from './settings'
import type { PositionRow, RangeRow, Tables } from './tables'

export class Violation extends Error {}

/** Holds every committed state of the store against the laws and the recount. */
export class Judge {
  /** Cells compared with the recount. */
  compared = 0
  /** Commits that changed something. */
  commits = 0
  #dirty = false
  /** Who took each position last, as its own ledger. */
  readonly #holders = new Map<string, { by: string; fence: number }>()
  /** The map that each publication put in force. */
  readonly #maps = new Map<number, string>([[0, '']])

  constructor(
    readonly tables: Tables,
    readonly log: MemoryLog,
    readonly oracle: Oracle,
    readonly settings: Settings,
  ) {}

  /** Looks at a transaction on the point of being committed: who may write what. */
  committing(tx: Transaction): void {
    const { cells, buckets, ranges } = this.tables
    this.commits++
    const advanced = this.#judgePositions(tx)
    this.#dirty ||=
      advanced.size > 0 || tx.hasWritten(cells) || tx.hasWritten(buckets) || tx.hasWritten(ranges)
    for (const [key, bucket] of tx.written(buckets)) {
      if (bucket === undefined) continue
      const position = advanced.get(`${bucket.computeId}/${bucket.partition}`)
      demand(position !== undefined, 7, `${tx.by} wrote bucket ${key} without its position`)
      demand(
        position.epoch === bucket.epoch,
        5,
        `${tx.by} wrote bucket ${key} while epoch ${position.epoch} is open`,
      )
    }
    this.#judgePublication(tx)
    const before = this.tables.archive.get('archive')
    for (const [, row] of tx.written(this.tables.archive))
      if (row !== undefined && before !== undefined && row.seq !== before.seq) {
        demand(
          row.owner === tx.by && row.fence === before.fence,
          7,
          `${tx.by} archived for ${row.owner ?? 'nobody'}`,
        )
        demand(row.seq > before.seq, 1, `the archive went back from ${before.seq} to ${row.seq}`)
      }
  }

  #judgePositions(tx: Transaction): Map<string, PositionRow> {
    const advanced = new Map<string, PositionRow>()
    for (const [key, row] of tx.written(this.tables.positions)) {
      const before = this.tables.positions.get(key)
      if (row === undefined || before === undefined) continue
      demand(
        row.fence >= before.fence,
        7,
        `the fence of ${key} went back from ${before.fence} to ${row.fence}`,
      )
      if (row.fence > before.fence) this.#holders.set(key, { by: tx.by, fence: row.fence })
      if (row.seq === before.seq) continue
      const holder = this.#holders.get(key)
      demand(row.seq > before.seq, 7, `position ${key} went back from ${before.seq} to ${row.seq}`)
      demand(holder?.by === tx.by, 7, `${tx.by} wrote position ${key}, which ${holder?.by ?? 'nobody'} holds`)
      advanced.set(key, row)
    }
    return advanced
  }

  #judgePublication(tx: Transaction): void {
    const { computes, jobs, publications, ranges } = this.tables
    const before = computes.get(String(computeId))?.publication ?? 0
    const written = [...tx.written(publications)]
    const touched = [...tx.written(ranges)].some(
      ([key, row]) => row !== undefined && isNew(ranges.get(key), row),
    )
    demand(!touched || written.length === 1, 6, `${tx.by} changed the map outside of a publication`)
    for (const [, row] of written) {
      if (row === undefined) continue
      demand(row.number === before + 1, 6, `publication ${row.number} follows ${before}`)
      if (row.jobId === null) continue
      const job = jobs.get(row.jobId)
      demand(
        job?.status === 'running' && job.owner === tx.by,
        7,
        `${tx.by} published for job ${row.jobId}, which ${job?.owner ?? 'nobody'} holds`,
      )
    }
  }

  /** Holds the committed state as it is now against the recount, where something was committed since. */
  settled(): void {
    if (!this.#dirty) return
    this.#dirty = false
    this.oracle.follow(this.log.messages)
    const inForce = this.#inForce()
    this.#judgeMap(inForce)
    const got = this.#served(inForce)
    const zero: number[] = []
    const want = this.oracle.merged((windowStart) => {
      const entry = inForce.find(({ from, to }) => windowStart >= from && windowStart < to)
      return entry === undefined ? zero : (this.tables.versions.get(String(entry.versionId))?.cut ?? zero)
    }, this.positions())
    this.compared += Math.max(got.size, want.size)
    const difference = differenceOf(got, want)
    demand(difference === null, 5, difference ?? '')
  }

  positions(): number[] {
    return Array.from(
      { length: this.settings.partitions },
      (_, partition) => this.tables.positions.get(`${computeId}/${partition}`)?.seq ?? 0,
    )
  }

  /** What a reader was told at one instant: the number of the publication and its map. */
  told(number: number, map: readonly RangeRow[], lastSeen: number): void {
    demand(number >= lastSeen, 6, `a reader saw publication ${number} after ${lastSeen}`)
    const known = this.#maps.get(number)
    demand(known === undefined || known === textOf(map), 6, `a reader saw a mix under publication ${number}`)
  }

  #inForce(): RangeRow[] {
    return [...this.tables.ranges.values()]
      .filter((row) => row.until === null)
      .sort((a, b) => a.from - b.from)
  }

  #judgeMap(inForce: readonly RangeRow[]): void {
    inForce.forEach((entry, i) => {
      const next = inForce[i + 1]
      demand(next === undefined || entry.to <= next.from, 6, `two versions answer from ${next?.from ?? 0}`)
      const state = this.tables.versions.get(String(entry.versionId))?.state
      demand(state === 'published', 6, `version id ${entry.versionId} answers and is ${state ?? 'gone'}`)
    })
    const number = this.tables.computes.get(String(computeId))?.publication ?? 0
    const known = this.#maps.get(number)
    const map = textOf(inForce)
    if (known === undefined) this.#maps.set(number, map)
    demand(known === undefined || known === map, 6, `publication ${number} has another map than before`)
  }

  #served(inForce: readonly RangeRow[]): Sums {
    const sums: Sums = new Map()
    const { cells, buckets, versions } = this.tables
    const isAnswering = (versionId: number, windowStart: number) =>
      inForce.some(
        ({ from, to, versionId: id }) => id === versionId && windowStart >= from && windowStart < to,
      )
    for (const { versionId, windowStart, key, acc } of cells.values())
      if (isAnswering(versionId, windowStart)) addAcc(sums, cellOf(windowStart, key), acc)
    for (const { windowStart, key, epoch, cell } of buckets.values()) {
      const entry = inForce.find(({ from, to }) => windowStart >= from && windowStart < to)
      const cut = entry === undefined ? -1 : (versions.get(String(entry.versionId))?.epoch ?? -1)
      if (epoch > cut) addAcc(sums, cellOf(windowStart, key), cell.acc)
    }
    return sums
  }
}

export function demand(holds: boolean, law: number, otherwise: string): asserts holds {
  if (!holds) throw new Violation(`law ${law}: ${otherwise}`)
}

const addAcc = (sums: Sums, cell: string, acc: readonly (string | null)[]) => {
  add(sums, cell, Number(acc[0]), Number(acc[1]))
}

const isNew = (before: RangeRow | undefined, row: RangeRow) => before?.until !== row.until

const textOf = (map: readonly RangeRow[]) =>
  map.map(({ from, to, versionId }) => `${from} ${to} ${versionId}`).join(', ')
