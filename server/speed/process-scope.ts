import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Where a worker runs, and what it can tell of its neighbours there. */
export interface Place {
  host: string
  pid: number
  scope: string
  enter(owner: string): void
  leave(owner: string): void
  /** Whether the worker still runs, for workers of this scope. */
  isAlive(worker: { id: string; pid: number }): boolean
}

/** Speed workers running inside this very process, which cannot be told apart by process id. */
const ownersHere = new Set<string>()

export const thisProcess = (): Place => ({
  host: hostname(),
  pid: process.pid,
  scope: processScope(),
  enter: (owner) => void ownersHere.add(owner),
  leave: (owner) => void ownersHere.delete(owner),
  isAlive,
})

/**
 * Names the set of processes that see each other by process id: the machine since its last boot and, where the
 * kernel has them, its process namespace. Workers of one scope can tell at once that a neighbour was killed,
 * without waiting for its leases to run out.
 */
function processScope(): string {
  return [hostname(), read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())]
    .concat(read(() => readlinkSync('/proc/self/ns/pid')))
    .join(' ')
}

function read(get: () => string): string {
  try {
    return get()
  } catch {
    return '-'
  }
}

function isAlive(worker: { id: string; pid: number }): boolean {
  if (worker.pid === process.pid) return ownersHere.has(worker.id)
  try {
    process.kill(worker.pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
