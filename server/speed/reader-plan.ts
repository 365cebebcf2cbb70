/** What a reader is planned from: one leased partition and how far the log was read for it. */
export interface PlannedTask {
  type: string
  cursor: number
}

export interface ReaderPlan<T extends PlannedTask> {
  type: string
  /** `live` readers are committed together; the others yield to them. */
  lane: 'live' | 'catchUp'
  tasks: T[]
}

export interface PlanOptions {
  joinDistance: number
  readersPerType: number
  livePending: number
  /** Messages of the type not delivered yet to its furthest reader. */
  pendingOf: (type: string) => number
}

/**
 * One reader per event type, and further ones for what is far behind the rest (a new compute, a partition whose
 * dedupe marks are rebuilt): sharing the reader would hold the others still until it has caught up. A reader that
 * comes within `joinDistance` of the one before it is joined with it.
 */
export function planReaders<T extends PlannedTask>(
  tasks: readonly T[],
  options: PlanOptions,
): ReaderPlan<T>[] {
  const byType = new Map<string, T[]>()
  for (const task of tasks) {
    const known = byType.get(task.type)
    if (known === undefined) byType.set(task.type, [task])
    else known.push(task)
  }
  return [...byType].flatMap(([type, ofType]) =>
    cluster(ofType, options).map((members, rank): ReaderPlan<T> => {
      const isLive = rank === 0 && options.pendingOf(type) <= options.livePending
      return { type, lane: isLive ? 'live' : 'catchUp', tasks: members }
    }),
  )
}

/** From the furthest back; the last cluster takes everything that would need a reader too many. */
function cluster<T extends PlannedTask>(tasks: readonly T[], options: PlanOptions): T[][] {
  const clusters: T[][] = []
  let last: T[] = []
  let furthest = Infinity
  for (const task of [...tasks].sort((a, b) => b.cursor - a.cursor)) {
    const joins = furthest - task.cursor <= options.joinDistance || clusters.length >= options.readersPerType
    if (joins) last.push(task)
    else {
      clusters.push((last = [task]))
      furthest = task.cursor
    }
  }
  return clusters
}
