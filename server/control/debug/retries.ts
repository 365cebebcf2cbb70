import type { Pool } from '../../clients'
import { retriedDeliveries, retriedRuns, speedDetails } from './debug-store'
import type { Retries, WorkerTrouble } from './model'

/** What was tried again: runs, commits of the speed layer, deliveries. */
export async function readRetries(pool: Pool, range: { from: number; to: number }): Promise<Retries> {
  const [rows, workers, deliveries] = await Promise.all([
    retriedRuns(pool, range),
    speedDetails(pool),
    retriedDeliveries(pool, range),
  ])
  return {
    rows,
    workers: workers.flatMap(troublesOf),
    notes: workers
      .flatMap(({ id, detail }) => notesOf(detail).map((note) => ({ worker: id, ...note })))
      .filter(({ at }) => at >= range.from && at < range.to)
      .sort((a, b) => b.at - a.at),
    deliveries,
  }
}

interface Worker {
  id: string
  isAlive: boolean
  detail: Record<string, unknown>
}

function troublesOf({ id, isAlive, detail }: Worker): WorkerTrouble[] {
  if (!isRecord(detail.lanes)) return []
  return Object.entries(detail.lanes).flatMap(([lane, said]) => {
    if (!isRecord(said)) return []
    const failures = numberOf(said.failures)
    const pauses = numberOf(said.pauses)
    if (failures === 0 && pauses === 0) return []
    return [
      {
        worker: id,
        isAlive,
        lane: lane === 'catchUp' ? 'catch-up' : lane,
        failures,
        isStuck: said.stuck === true,
        lastError: typeof said.lastError === 'string' ? said.lastError : null,
        isPaused: said.paused === true,
        pauses,
      },
    ]
  })
}

function notesOf({ notes }: Record<string, unknown>) {
  if (!Array.isArray(notes)) return []
  return notes.flatMap((note: unknown) =>
    isRecord(note) && typeof note.text === 'string'
      ? [{ at: numberOf(note.at), text: note.text, times: Math.max(1, numberOf(note.times)) }]
      : [],
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)
