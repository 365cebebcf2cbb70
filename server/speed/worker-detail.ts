import type { SpeedBases } from '../serving'
import type { Computes } from './computes'
import type { Lane } from './lane'
import { limits } from './limits'
import type { Note } from './notes'
import type { PartitionTask } from './partition-task'
import type { Lanes } from './readers'
import type { FullWindow } from './window-keys'

export interface TypeLag {
  type: string
  /** Messages of the type in the log that were not read yet. */
  pendingMessages: number
  /** The same in events, by the average message seen; exact when 0. */
  pendingEvents: number
  /** Of the messages read lately. */
  eventsPerMessage: number
  /** Age of the first message not read yet; 0 when all are read. */
  lagMs: number
}

export interface LaneDetail {
  partitions: number
  readers: number
  commits: number
  lastCommitMs: number
  /** Failed attempts of the commit under way; `stuck` when they no longer look like a restart. */
  failures: number
  stuck: boolean
  lastError: string | null
  paused: boolean
  pauses: number
}

/** `worker.detail` of a speed worker: what status shows without asking NATS. */
export interface SpeedWorkerDetail {
  leases: number
  computes: number
  /** Computes in force beyond the limit, which nobody runs. */
  computesWaiting: number
  /** Last sequence of the event log when this was written; null while NATS does not answer. */
  logLastSeq: number | null
  lag: TypeLag[]
  lanes: Record<'live' | 'catchUp', LaneDetail>
  eventsPerSecond: number
  basesRemembered: number
  basesEvicted: number
  /** Windows that come near the most keys they may have. */
  fullWindows: FullWindow[]
  /** Dedupe generations cut short by their size limit: the horizon was not kept. */
  dedupeEarlyRotations: number
  notes: Note[]
}

export interface DetailFacts {
  tasks: readonly PartitionTask[]
  computes: Computes
  lanes: Lanes
  bases: SpeedBases
  fullWindows: FullWindow[]
  notes: Note[]
  now: number
  logLastSeq: number | null
  eventsPerSecond: number
}

export function workerDetail(facts: DetailFacts): SpeedWorkerDetail {
  const { tasks, computes, lanes, bases } = facts
  return {
    leases: tasks.length,
    computes: computes.ids.length,
    computesWaiting: computes.waiting,
    logLastSeq: facts.logLastSeq,
    lag: lagOf([lanes.live, lanes.catchUp], facts.now),
    lanes: { live: laneDetail(lanes.live), catchUp: laneDetail(lanes.catchUp) },
    eventsPerSecond: facts.eventsPerSecond,
    basesRemembered: bases.size,
    basesEvicted: bases.evicted,
    fullWindows: facts.fullWindows,
    dedupeEarlyRotations: tasks.reduce((sum, task) => sum + task.earlyRotations, 0),
    notes: facts.notes,
  }
}

function lagOf(lanes: readonly Lane[], now: number): TypeLag[] {
  const byType = new Map<string, TypeLag>()
  for (const group of lanes.flatMap((lane) => [...lane.groups])) {
    const pending = group.pending ?? 0
    const known = byType.get(group.type)
    if (known !== undefined && known.pendingMessages >= pending) continue
    byType.set(group.type, {
      type: group.type,
      pendingMessages: pending,
      pendingEvents: Math.round(pending * group.eventsPerMessage),
      eventsPerMessage: Number(group.eventsPerMessage.toPrecision(3)),
      lagMs: group.lagMs(now),
    })
  }
  return [...byType.values()]
}

function laneDetail(lane: Lane): LaneDetail {
  const { flusher } = lane
  return {
    partitions: [...lane.tasks()].length,
    readers: lane.groups.size,
    commits: flusher.commits,
    lastCommitMs: Math.round(flusher.lastCommitMs),
    failures: flusher.failures,
    stuck: flusher.failures >= limits.stuckAfterAttempts,
    lastError: flusher.lastError,
    paused: lane.paused,
    pauses: lane.pauses,
  }
}
