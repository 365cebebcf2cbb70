import type { SpeedDiagnosis } from './model'

/** Event to view is promised within 5 s; a worker that commits nothing for longer than this does not work. */
const behindS = 5
const silentMs = 15_000

export interface PartitionFacts {
  partition: number
  /** Messages that wait. */
  messages: number
  /** Age of the oldest of them; 0: none. */
  oldestS: number
  /** Null: nobody holds it. */
  owner: string | null
  isOwnerAlive: boolean
  /** Since its last commit or change of hands. */
  silentMs: number
  hasSeenEvents: boolean
}

export interface OwnerFacts {
  /** Its commits fail for a reason that is not a lost connection. */
  isStuck: boolean
  lastError: string | null
}

export interface Diagnosis {
  diagnosis: SpeedDiagnosis
  says: string
}

interface DiagnoseInput {
  partition: PartitionFacts
  /** Of the worker that holds it. */
  owner: OwnerFacts | null
  /** Says who paused the speed layer and why; null: it runs. */
  pause: string | null
}

export function diagnose({ partition, owner, pause }: DiagnoseInput): Diagnosis {
  const { messages, oldestS } = partition
  if (pause !== null) return { diagnosis: 'paused', says: pause }
  if (messages === 0)
    return partition.hasSeenEvents
      ? { diagnosis: 'current', says: 'Nothing waits.' }
      : { diagnosis: 'no_data', says: 'No event of its type has arrived yet.' }
  const waits = oldestS * 1_000 >= silentMs
  if (waits && (partition.owner === null || !partition.isOwnerAlive))
    return {
      diagnosis: 'unattended',
      says:
        partition.owner === null
          ? 'No worker holds its lease.'
          : `${partition.owner} held its lease and has stopped answering; no other worker has taken it.`,
    }
  if (waits && partition.silentMs >= silentMs && partition.owner !== null)
    return owner?.isStuck === true
      ? {
          diagnosis: 'poison',
          says: `${partition.owner} tries the same commit again and again: ${owner.lastError ?? 'no reason was kept'}.`,
        }
      : {
          diagnosis: 'wedged',
          says: `${partition.owner} holds the lease, its heartbeat is fine, no commit for ${words(partition.silentMs)}.`,
        }
  if (oldestS >= behindS)
    return { diagnosis: 'behind', says: `The oldest event has waited for ${words(oldestS * 1_000)}.` }
  return { diagnosis: 'current', says: 'What waits is being folded.' }
}

const ranks: Record<SpeedDiagnosis, number> = {
  poison: 6,
  wedged: 5,
  unattended: 4,
  behind: 3,
  paused: 2,
  no_data: 1,
  current: 0,
}
export const gravity = (diagnosis: SpeedDiagnosis): number => ranks[diagnosis]

function words(ms: number): string {
  const s = Math.round(ms / 1_000)
  if (s < 120) return `${s} s`
  const min = Math.floor(s / 60)
  return min < 120 ? `${min} min ${s % 60} s` : `${Math.floor(min / 60)} h ${min % 60} min`
}
