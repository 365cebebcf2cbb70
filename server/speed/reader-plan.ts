/** What a reader is planned from: one leased partition and how far it has been folded. */
export interface PlannedTask {
  computeId: number
  partition: number
  type: string
  seq: number
}

export interface ReaderPlan<T extends PlannedTask> {
  type: string
  /** `live` readers are committed together and first; the others yield to them. */
  lane: 'live' | 'catchUp'
  /** The reader starts after the lowest `seq` of its tasks; the others skip what they have. */
  fromSeq: number
  tasks: T[]
}

/**
 * One reader per event type, and further ones for computes far behind the rest: joining them would hold the
 * others still until they have caught up. The furthest tasks of a type and those at most `joinDistance` behind
 * them are live, and so is everything of a type that is within `joinDistance` of `headSeq`.
 */
export function planReaders<T extends PlannedTask>(
  tasks: readonly T[],
  options: { headSeq: number; joinDistance: number; readersPerType: number },
): ReaderPlan<T>[] {
  const byType = new Map<string, T[]>()
  for (const task of tasks) byType.set(task.type, [...(byType.get(task.type) ?? []), task])
  return [...byType].flatMap(([type, ofType]) => planType(type, ofType, options))
}

function planType<T extends PlannedTask>(
  type: string,
  tasks: readonly T[],
  { headSeq, joinDistance, readersPerType }: Parameters<typeof planReaders>[1],
): ReaderPlan<T>[] {
  const clusters: T[][] = []
  let edge = Infinity
  for (const task of [...tasks].sort((a, b) => b.seq - a.seq)) {
    const last = clusters.at(-1)
    if (last !== undefined && edge - task.seq <= joinDistance) last.push(task)
    else if (last !== undefined && clusters.length >= readersPerType) last.push(task)
    else {
      clusters.push([task])
      edge = task.seq
    }
  }
  const furthest = clusters[0]?.[0]?.seq ?? 0
  const isLive = (i: number) => i === 0 && (clusters.length > 1 || headSeq - furthest <= joinDistance)
  return clusters.map((cluster, i) => ({
    type,
    lane: isLive(i) ? 'live' : 'catchUp',
    fromSeq: Math.min(...cluster.map((task) => task.seq)) + 1,
    tasks: cluster,
  }))
}
