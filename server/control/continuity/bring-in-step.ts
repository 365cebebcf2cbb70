import { holdConnection, inTransaction, type Nats, type Pool } from '../../clients'
import { adoptSegments, bringLogTo, readLogIdentity, type Adopted, type RawMessage } from '../../log'
import { AppError, logger, type Clock } from '../../platform'
import { audit } from '../audit'
import { selectOldestPosition } from '../backup/backup-store'
import { logTimeOf } from '../log-state'
import { insertLost, saveMark, selectHighest, selectMark } from './continuity-store'
import { judgeContinuity, type Continuity } from './judge-continuity'

interface Deps {
  pool: Pool
  nats: Nats
  clock: Clock
}

/** Messages of the log that were kept elsewhere, contiguous, to be put back under their own sequences. */
export interface KeptTail {
  fromSeq: number
  toSeq: number
  read: () => AsyncIterable<RawMessage>
}

interface Options {
  /** Null: this machine does not have it. */
  archiveDir: string | null
  /** Go on with a log that is not the one the database was counted from. */
  acceptsNewLog?: boolean
  tail?: KeptTail
}

export interface StepReport {
  log: Continuity['kind']
  /** Put back into the log from the tail. */
  restored: number
  /** Lost: sequences that hold nothing now, and the stretch they are of. */
  filled: number
  lost: { fromSeq: number; toSeq: number }[]
  /** Holes noted, whose windows are partial until batch has counted them again, or for ever. */
  holes: number
  archive: Adopted | null
}

const actor = 'system'

/** Whether the log is the one the database was counted from, whole. */
export async function readContinuity({ pool, nats }: Pick<Deps, 'pool' | 'nats'>): Promise<Continuity> {
  const [log, mark, highest] = await Promise.all([
    readLogIdentity(nats),
    selectMark(pool),
    selectHighest(pool),
  ])
  const isHeld = mark !== null && mark.seq >= log.firstSeq && mark.seq <= log.lastSeq
  const markedAt = isHeld ? await logTimeOf(nats, mark.seq) : null
  return judgeContinuity({ log, mark, markedAt, highest })
}

/** Remembers what the log is, so that it is known again. */
export async function markLog({ pool, nats }: Pick<Deps, 'pool' | 'nats'>): Promise<void> {
  const { created, lastSeq, firstSeq } = await readLogIdentity(nats)
  const isEmpty = lastSeq < firstSeq
  await saveMark(pool, { created, seq: lastSeq, at: isEmpty ? null : await logTimeOf(nats, lastSeq) })
}

/**
 * Brings log, archive and database in step where they are of different times: after a power cut that a server without
 * synced writes did not survive whole, or after a restore. Nothing that any of them holds is given up; what none holds
 * is a hole, said with its messages. Writes nothing when they are in step, but the mark.
 */
export async function bringInStep(deps: Deps, options: Options): Promise<StepReport> {
  const { pool, nats } = deps
  return underLock(pool, async () => {
    const archive =
      options.archiveDir === null ? null : await adoptSegments({ pool, nats, dir: options.archiveDir })
    const continuity = await readContinuity(deps)
    const report: StepReport = { log: continuity.kind, restored: 0, filled: 0, lost: [], holes: 0, archive }
    if (continuity.kind === 'another log' && options.acceptsNewLog !== true) throw anotherLog(continuity)
    if (continuity.kind !== 'in step') Object.assign(report, await noteLost(deps, continuity, options.tail))
    // The tail may go on behind what the database has read: what nobody had read yet.
    const toSeq = Math.max(continuity.kind === 'in step' ? 0 : continuity.toSeq, options.tail?.toSeq ?? 0)
    const { lastSeq } = await readLogIdentity(nats)
    if (toSeq > lastSeq) Object.assign(report, await bringLogTo(nats, toSeq, options.tail?.read()))
    await markLog(deps)
    if (continuity.kind !== 'in step') {
      const level = report.lost.length > 0 ? 'error' : 'info'
      logger('log')[level](report, 'the log was brought in step with the database')
    }
    return report
  })
}

/** First what is lost is noted: whoever is killed while filling finds less to fill, and nothing forgotten. */
async function noteLost(
  deps: Deps,
  { kind, toSeq }: Exclude<Continuity, { kind: 'in step' }>,
  tail: KeptTail | undefined,
): Promise<Pick<StepReport, 'lost' | 'holes'>> {
  const { lastSeq } = await readLogIdentity(deps.nats)
  // Another log holds nothing of what some layer had still to read in the old one.
  const fromSeq = kind === 'another log' ? (await selectOldestPosition(deps.pool)) + 1 : lastSeq + 1
  const lost = lostOf({ fromSeq, toSeq }, tail)
  const holes = await inTransaction(deps.pool, async (client) => {
    let noted = 0
    for (const stretch of lost) noted += await insertLost(client, { ...stretch, reason })
    await audit(client, deps.clock, {
      actor,
      action: 'log.continue',
      object: 'log',
      detail: { reason, kind, fromSeq, toSeq, lost, holes: noted },
    })
    return noted
  })
  return { lost, holes }
}

const reason =
  'The log came back without these messages: it lost its tail, or an older copy of it was restored.'

function lostOf(whole: { fromSeq: number; toSeq: number }, tail: KeptTail | undefined) {
  if (tail === undefined) return whole.fromSeq <= whole.toSeq ? [whole] : []
  return [
    { fromSeq: whole.fromSeq, toSeq: Math.min(whole.toSeq, tail.fromSeq - 1) },
    { fromSeq: Math.max(whole.fromSeq, tail.toSeq + 1), toSeq: whole.toSeq },
  ].filter(({ fromSeq, toSeq }) => fromSeq <= toSeq)
}

async function underLock<T>(pool: Pool, work: () => Promise<T>): Promise<T> {
  const { client, spoil, release } = await holdConnection(pool)
  try {
    await client.query(`SELECT pg_advisory_lock(hashtextextended('parallax continuity', 0))`)
    return await work()
  } finally {
    await client.query(`SELECT pg_advisory_unlock(hashtextextended('parallax continuity', 0))`).catch(spoil)
    release()
  }
}

const anotherLog = ({ why, toSeq }: Extract<Continuity, { kind: 'another log' }>) =>
  new AppError(
    'conflict',
    `Starting was refused: the log is not the one this database was counted from (${why}). Point NATS_URL at the right server, or restore its data. To go on with this log all the same, use parallax align --new-log: events it holds up to message ${toSeq} will not be counted, and what was not archived of the old one is lost.`,
    { details: { reason: 'another_log', toSeq } },
  )
