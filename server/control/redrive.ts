import { inTransaction, type Pool } from '../clients'
import { redriveKept, streamState, type Redriven } from '../log'
import { AppError } from '../platform'
import { audit } from './audit'
import type { BatchDeps } from './batch-deps'
import type { JobRun } from './job-run'
import { deferJob, endJob, lockHeldJob } from './job-store'
import {
  advanceRedrive,
  endRedrive,
  findQuarantine,
  pipelinesBehind,
  type StoredQuarantine,
} from './redrive-store'

/** Messages put back between two writes of the position: what a kill -9 sends again. */
const messagesAtOnce = 64
/** How soon a redrive looks again whether the speed layer has folded what it put back. */
const lookAgainMs = 1_000
const redriveShare = 0.9

/**
 * Puts what a quarantine kept into the log, in the order it came, and waits until the speed layer of every pipeline
 * has folded it; only then are its windows no longer partial. The position is written as it goes: after a kill it
 * goes on from there, and what was sent twice has the same message ids and identities.
 */
export async function runRedrive(deps: BatchDeps, run: JobRun): Promise<void> {
  const { pool, nats } = deps
  const { quarantineIds, untilSeq } = run.job.payload as { quarantineIds: number[]; untilSeq?: number }
  const rows = await requireReleased(pool, quarantineIds)
  let sent = 0
  for (const [i, row] of rows.entries()) {
    const share = redriveShare / rows.length
    sent += await putBack(deps, run, row, (done) => {
      run.advance((i + done) * share)
    })
    Object.assign(run.items[i] ?? {}, { status: 'running', rows: row.events })
  }
  // Where the log ended when all was put back: what comes after need not be waited for.
  const lastSeq = untilSeq !== undefined && sent === 0 ? untilSeq : (await streamState(nats)).lastSeq
  const behind = await pipelinesBehind(pool, rows[0]?.type ?? '', lastSeq)
  if (behind.length === 0) return finish(deps, run, rows)
  await deferJob(pool, run.job, {
    waitMs: lookAgainMs,
    items: run.items,
    progress: run.progress,
    result: {
      notes: [
        `All of it is in the log. Its windows stay partial until the speed layer of ${behind.join(', ')} has folded it.`,
      ],
    },
    etaAt: null,
    payload: { untilSeq: lastSeq },
  })
}

async function requireReleased(pool: Pool, ids: readonly number[]): Promise<StoredQuarantine[]> {
  const rows: StoredQuarantine[] = []
  for (const id of ids) {
    const row = await findQuarantine(pool, id)
    if (row?.redrivenAt === null && row.releasedAt !== null) rows.push(row)
  }
  if (rows.length > 0) return rows
  throw new AppError('gone', `The job was given up: quarantine ${ids.join(', ')} has nothing to put back.`)
}

async function putBack(
  { pool, nats, governor }: BatchDeps,
  run: JobRun,
  { id, type, events, redrivenSeq }: StoredQuarantine,
  advance: (done: number) => void,
): Promise<number> {
  let step: Redriven = { seq: redrivenSeq, events: 0, bytes: 0, done: false }
  let sent = 0
  while (!step.done) {
    run.signal.throwIfAborted()
    step = await redriveKept(nats, { id, type, afterSeq: step.seq, messages: messagesAtOnce })
    sent += step.events
    await advanceRedrive(pool, id, step.seq)
    advance(sent / Math.max(events, sent, 1))
    await governor?.pace(run, step.bytes)
  }
  return sent
}

/** Under the job's fence, so that a worker that lost the job does not end it twice. */
async function finish({ pool, clock }: BatchDeps, run: JobRun, rows: StoredQuarantine[]): Promise<void> {
  const { job, items } = run
  for (const item of items) item.status = 'succeeded'
  await inTransaction(pool, async (client) => {
    const state = await lockHeldJob(client, job)
    if (state !== 'held') {
      run.stop(state)
      throw new Error(`the job may no longer end the redrive: ${state}`)
    }
    for (const { id } of rows) await endRedrive(client, id)
    const notes = rows.map(
      ({ events, source }) => `${events} events of ${source} were put back into the log.`,
    )
    await endJob(client, job, { status: 'succeeded', items, progress: 1, result: { notes }, error: null })
    for (const { id, type, source, events } of rows)
      await audit(client, clock, {
        actor: job.createdBy,
        action: 'quarantine.redrive',
        object: job.pipeline,
        detail: { quarantineId: id, type, source, events, jobId: job.id },
      })
  })
}
