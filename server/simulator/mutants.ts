import type { MemoryLog } from './memory-log'
import type { MemoryStatements } from './stores'

/**
 * Known defects of such systems. Each is a change to what a protocol is given, so that the product's code has none of
 * them, and each must be found: a simulator that cannot fail proves nothing.
 */
export const mutants = {
  'ahead-of-commit': 'a restarted worker goes on from what was delivered, not from what was committed',
  'position-first': 'the position is committed before the cells it stands for',
  'position-last': 'the cells are committed before their position',
  'no-fence': 'a commit is not refused to a worker whose lease is gone',
  'no-base-check': 'deltas are added to a position they were not counted from',
  'neither-check': 'neither the fence nor the base of a commit is compared',
  'stale-epoch': 'deltas go into the epoch that the worker remembers',
  'lost-dedupe-marks': 'a successor does not rebuild what the one before remembered',
  'split-flip': 'the ranges of a publication are put in force one after the other',
  'unfenced-publish': 'a batch worker publishes without holding its job',
  'unawaited-archive': 'a run counts before the archive has reached its cut',
  'vacuum-unsaid': 'the vacuum does not write down which buckets it deletes',
  'batch-off-by-one': 'batch leaves out the last event of a range',
} as const

export type Mutant = keyof typeof mutants

export const isMutant = (name: string): name is Mutant => Object.hasOwn(mutants, name)

/** Statements with the defect in them. Those that are not about one statement are built in where they belong. */
export function mutate(
  statements: MemoryStatements,
  mutant: Mutant | null,
  log: MemoryLog,
): MemoryStatements {
  const { speed, serving, jobs } = statements
  switch (mutant) {
    case 'ahead-of-commit':
      return {
        ...statements,
        speed: {
          ...speed,
          acquireLeases: (...args) =>
            speed.acquireLeases(...args).map((lease) => ({
              ...lease,
              seq: Math.max(lease.seq, log.delivered.get(lease.partition) ?? 0),
            })),
          lockPositions: (tx, commits) => blind(speed.lockPositions(tx, commits), commits, { base: true }),
        },
      }
    case 'no-fence':
    case 'no-base-check':
    case 'neither-check': {
      const base = mutant !== 'no-fence'
      const fence = mutant !== 'no-base-check'
      return {
        ...statements,
        speed: {
          ...speed,
          lockPositions: (tx, commits) => blind(speed.lockPositions(tx, commits), commits, { base, fence }),
          advancePositions: (tx, commits, leaseMs) => {
            const held = speed.lockPositions(tx, commits)
            const fences = new Map(held.map((row) => [row.partition, row.fence]))
            const asHeld = commits.map((commit) => ({
              ...commit,
              fence: fence ? (fences.get(commit.partition) ?? commit.fence) : commit.fence,
            }))
            speed.advancePositions(tx, asHeld, leaseMs)
          },
        },
      }
    }
    case 'stale-epoch': {
      const epochs = new Map<number, number>()
      return {
        ...statements,
        speed: {
          ...speed,
          acquireLeases: (...args) => {
            const leases = speed.acquireLeases(...args)
            for (const { partition, epoch } of leases) epochs.set(partition, epoch)
            return leases
          },
          lockPositions: (tx, commits) =>
            speed
              .lockPositions(tx, commits)
              .map((row) => ({ ...row, epoch: epochs.get(row.partition) ?? row.epoch })),
        },
      }
    }
    case 'unfenced-publish':
      return {
        ...statements,
        jobs: {
          ...jobs,
          beatJob: () => ({ held: true, cancelRequested: false, pauseRequested: false }),
          lockHeldJob: () => 'held',
        },
      }
    case 'vacuum-unsaid':
      return { ...statements, serving: { ...serving, writeVacuumed: () => undefined } }
    default:
      return statements
  }
}

interface Row {
  partition: number
  seq: number
  fence: number
}

/** Position rows as they would look to a commit that does not compare them. */
function blind<T extends Row>(
  rows: readonly T[],
  commits: readonly { partition: number; baseSeq: number; seq: number; fence: number }[],
  what: { base?: boolean; fence?: boolean },
): T[] {
  return rows.map((row) => {
    const commit = commits.find(({ partition }) => partition === row.partition)
    if (commit === undefined) return row
    return {
      ...row,
      ...(what.base === true && commit.seq >= row.seq && { seq: commit.baseSeq }),
      ...(what.fence === true && { fence: commit.fence }),
    }
  })
}
