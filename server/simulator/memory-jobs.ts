import type { ClaimedJob } from '../control'
import type { Transaction } from './memory-db'
import type { JobRow, Tables } from './tables'

type Held = Pick<ClaimedJob, 'id' | 'fence'>

/** The statements of the job lease, and of the archive's, on tables in memory. */
export function memoryJobs(tables: Tables, now: () => number) {
  const { jobs } = tables

  /** The row under lock, if the caller still holds the job. */
  const held = (tx: Transaction, { id, fence }: Held): JobRow | null => {
    if (tx.get(jobs, id) === undefined) return null
    tx.lock('job', id)
    const row = tx.get(jobs, id)
    return row?.fence === fence && row.status === 'running' ? row : null
  }
  const change = (tx: Transaction, job: Held, to: Partial<JobRow>): boolean => {
    const row = held(tx, job)
    if (row !== null) tx.set(jobs, 'job', row.id, { ...row, ...to })
    return row !== null
  }
  const isRunning = (row: JobRow) => row.status === 'running' && (row.leaseUntil ?? 0) >= now()

  return {
    insertJob(
      tx: Transaction,
      { id, pipeline, maxAttempts }: Pick<JobRow, 'id' | 'pipeline' | 'maxAttempts'>,
    ): void {
      tx.set(jobs, 'job', id, {
        id,
        pipeline,
        status: 'queued',
        owner: null,
        fence: 0,
        attempts: 0,
        maxAttempts,
        leaseUntil: null,
        runAfter: now(),
        createdAt: now(),
        cancelRequested: false,
      })
    },

    claimJob(tx: Transaction, { owner, leaseMs }: { owner: string; leaseMs: number }): ClaimedJob | null {
      tx.lock('advisory', 'claimJob')
      const all = [...tx.values(jobs)].map(([, row]) => row)
      const due = all
        .filter(
          (row) =>
            (row.status === 'queued' && row.runAfter <= now()) ||
            (row.status === 'running' && !isRunning(row)),
        )
        .filter(
          (row) =>
            !all.some((other) => other.id !== row.id && other.pipeline === row.pipeline && isRunning(other)),
        )
        .filter((row) => !tx.isLockedByOther('job', row.id))
        .sort((a, b) => a.runAfter - b.runAfter || a.createdAt - b.createdAt)[0]
      if (due === undefined) return null
      const fence = due.fence + 1
      const attempts = due.attempts + 1
      const taken: JobRow = { ...due, status: 'running', owner, fence, attempts, leaseUntil: now() + leaseMs }
      tx.set(jobs, 'job', due.id, taken)
      return {
        id: due.id,
        kind: 'reconcile',
        pipeline: due.pipeline,
        payload: {},
        items: [],
        createdBy: 'operator',
        reason: null,
        attempts,
        maxAttempts: due.maxAttempts,
        fence,
        planId: null,
        bytes: 0,
        governor: null,
        result: null,
      }
    },

    beatJob(tx: Transaction, job: Held, { leaseMs }: { leaseMs: number }) {
      const row = held(tx, job)
      if (row === null) return { held: false } as const
      tx.set(jobs, 'job', row.id, { ...row, leaseUntil: now() + leaseMs })
      return { held: true, cancelRequested: row.cancelRequested, pauseRequested: false } as const
    },

    lockHeldJob(tx: Transaction, job: Held): 'held' | 'cancelled' | 'lost' {
      const row = held(tx, job)
      return row === null ? 'lost' : row.cancelRequested ? 'cancelled' : 'held'
    },

    endJob: (tx: Transaction, job: Held, { status }: { status: JobRow['status'] }): boolean =>
      change(tx, job, { status, owner: null, leaseUntil: null }),

    requeueJob: (tx: Transaction, job: Held, { waitMs }: { waitMs: number }): boolean =>
      change(tx, job, { status: 'queued', owner: null, leaseUntil: null, runAfter: now() + waitMs }),

    markCancel(tx: Transaction, id: string): void {
      const row = tx.get(jobs, id)
      if (row === undefined) return
      tx.lock('job', id)
      const fresh = tx.get(jobs, id) ?? row
      if (fresh.status === 'queued')
        tx.set(jobs, 'job', id, { ...fresh, status: 'cancelled', cancelRequested: true })
      if (fresh.status === 'running') tx.set(jobs, 'job', id, { ...fresh, cancelRequested: true })
    },
  }
}
