/** The most leases a worker holds, so that all are held and no worker has more than one above another. */
export function fairShare(spread: { partitions: number; workers: number }): number {
  return Math.ceil(spread.partitions / Math.max(1, spread.workers))
}

/**
 * Which leases to give back when more than the share is held. Workers take by (partition, compute) from the
 * front, so the last are given back: partitions stay together.
 */
export function surplus<T extends { computeId: number; partition: number }>(
  held: readonly T[],
  share: number,
): T[] {
  return [...held]
    .sort((a, b) => a.partition - b.partition || a.computeId - b.computeId)
    .slice(Math.max(0, share))
}
