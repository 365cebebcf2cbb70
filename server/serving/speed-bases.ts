import type { BucketValue } from './speed-commit'

interface Entry {
  value: BucketValue
  owner: PartitionBases
}

/** What is remembered of one (compute, partition) in one epoch. */
interface PartitionBases {
  epoch: number
  /** Every bucket of the epoch is remembered: one that is not remembered does not exist. */
  complete: boolean
}

/**
 * Remembers the buckets last committed, so that a flush reads back only those it has not seen. Holds at most
 * `maxCells`; the least recently written go first. Only the holder of a partition's lease writes its buckets,
 * so what is remembered is true for as long as the fencing number and the epoch are.
 */
export class SpeedBases {
  private readonly cells = new Map<string, Entry>()
  private readonly partitions = new Map<string, PartitionBases>()
  /** Kept, because a map remembers where deleted entries were: a walk from its start would pass over all of them. */
  private oldestFirst = this.cells.entries()
  evicted = 0

  constructor(private readonly maxCells: number) {}

  get size(): number {
    return this.cells.size
  }

  /** Must be called before `find`. `isNew`: the epoch has no bucket of this partition yet. */
  enter(partition: string, epoch: number, isNew: boolean): void {
    const known = this.partitions.get(partition)
    if (known?.epoch === epoch) return
    this.partitions.set(partition, { epoch, complete: isNew || known !== undefined })
  }

  /** The remembered value; `null`: there is none in the store either; `undefined`: unknown, read it. */
  find(partition: string, cell: string): BucketValue | null | undefined {
    const owner = this.partitions.get(partition)
    if (owner === undefined) return undefined
    const entry = this.cells.get(`${partition}/${cell}`)
    if (entry?.owner === owner) return entry.value
    return owner.complete ? null : undefined
  }

  /** To be called once the transaction that wrote the value has committed. */
  remember(partition: string, cell: string, value: BucketValue): void {
    const owner = this.partitions.get(partition)
    if (owner === undefined) return
    const key = `${partition}/${cell}`
    this.cells.delete(key)
    this.cells.set(key, { value, owner })
    if (this.cells.size > this.maxCells) this.evictOldest()
  }

  /** Forgets a partition: its lease was lost or given back, or a commit's outcome is unknown. */
  forget(partition: string): void {
    const owner = this.partitions.get(partition)
    this.partitions.delete(partition)
    if (owner === undefined) return
    for (const [key, entry] of this.cells) if (entry.owner === owner) this.cells.delete(key)
  }

  private evictOldest(): void {
    let next = this.oldestFirst.next()
    if (next.done === true) {
      this.oldestFirst = this.cells.entries()
      next = this.oldestFirst.next()
      if (next.done === true) return
    }
    const [key, entry] = next.value
    this.cells.delete(key)
    if (this.partitions.get(partitionOfCell(key)) !== entry.owner) return
    entry.owner.complete = false
    this.evicted++
  }
}

function partitionOfCell(key: string): string {
  return key.slice(0, key.indexOf('/', key.indexOf('/') + 1))
}
