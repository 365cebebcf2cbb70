import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Speed workers running inside this very process, which `isAlive` cannot tell apart by process id. */
export const ownersHere = new Set<string>()

/**
 * Names the set of processes that see each other by process id: the machine since its last boot and, where the
 * kernel has them, its process namespace. Workers of one scope can tell at once that a neighbour was killed,
 * without waiting for its leases to run out.
 */
export function processScope(): string {
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

/** Whether the worker still runs, for workers of this process's own scope. */
export function isAlive(worker: { id: string; pid: number }): boolean {
  if (worker.pid === process.pid) return ownersHere.has(worker.id)
  try {
    process.kill(worker.pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
