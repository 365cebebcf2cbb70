import type { Nats, PoolClient } from '../../clients'
import { streamState } from '../../log'
import { AppError } from '../../platform'
import { readRestartPoint, restartFromCut, skipTo, type RestartPoint } from '../../serving'
import { nudgeSpeed } from '../layer-pause'
import { logTimeOf } from '../log-state'
import type { PlanItem } from '../model'
import { findPipeline } from '../pipeline-store'
import type { Change, PlanCommand, Target } from './command'
import { atOnce, doneAtOnce, iso, plainDraft, plainItem } from './instant'
import type { PlanDraft, StoredPlan } from './plan-store'
import { typeOf } from './quarantine'
import { definitionChanges } from './recompute'
import { holdClaims, lowestPosition, openRuns, timesOfStretch } from './restart-store'

export interface RestartRequest {
  options: {
    layer: 'speed'
    /** The newest cut; or a message of the log, whose predecessors are skipped where they are not folded yet. */
    from: { cut: 'last' } | { seq: number }
  }
}

const leavesOut = 'leaves out messages'
/** A worker folds at least so many events a second. */
const eventsPerSecond = 100_000

/** Sets the speed layer back to where folding again is exact, or on over a stretch of the log, as a hole. */
export const restart: PlanCommand<RestartRequest> = {
  async preview({ pool, nats }, target, { options }) {
    const { computeId, name } = target.stored
    const point = await readRestartPoint(pool, computeId)
    const seq = 'seq' in options.from ? options.from.seq : null
    const isSkip = seq !== null && point.partitions.some((partition) => partition.seq < seq)
    if (isSkip) return previewSkip({ pool, nats }, target, point, seq)
    refuseInexact(name, point, seq)
    const runs = await openRuns(pool, name)
    if (runs.length > 0)
      throw new AppError(
        'unprocessable',
        `Restarting from the last cut is refused while a run is under way (${runs.map(({ id, kind }) => `${kind} ${id}`).join(', ')}): its own cut would move. Wait for it, or cancel it.`,
      )
    await requireLog(nats, name, point)
    return previewRestart(target, point, seq)
  },

  async facts(db, { pipeline, request }) {
    if ('seq' in request.options.from) return []
    const stored = await findPipeline(db, pipeline)
    const point = await readRestartPoint(db, stored?.computeId ?? 0)
    return [{ what: `last cut of ${pipeline}`, value: cutText(point) }]
  },

  async changes(db, plan) {
    return [...(await definitionChanges(db, plan)), ...(await runChanges(db, plan))]
  },

  async apply(client, plan, approval, { nats }) {
    const { computeId } = plan.expected
    const { from } = (plan.request as RestartRequest).options
    const afterCommit = () => {
      nudgeSpeed(nats)
    }
    const point = await readRestartPoint(client, computeId)
    if (!('seq' in from) || point.partitions.every(({ seq }) => seq >= from.seq)) {
      await requireNoRun(client, plan.pipeline)
      await restartFromCut(client, computeId)
      return doneAtOnce(client, plan, approval, {
        result: { notes: [`Folding starts again from ${cutText(point)}.`] },
        afterCommit,
      })
    }
    const type = await typeOf(client, plan.pipeline)
    const afterSeq = await lowestPosition(client, computeId)
    const times = await timesOfStretch(client, { type, afterSeq, seq: from.seq })
    const reason = `skipped by ${approval.actor}: ${approval.reason}`
    const logTime = await requireLogTime(nats, from.seq)
    await skipTo(client, { computeId, seq: from.seq, logTime, ...times, reason })
    return doneAtOnce(client, plan, approval, {
      result: { notes: [`Messages up to ${from.seq} are left to batch.`] },
      afterCommit,
    })
  },
}

function refuseInexact(name: string, point: RestartPoint, seq: number | null): void {
  const before = point.partitions.find(({ cutSeq }) => seq !== null && seq < cutSeq)
  if (before)
    throw new AppError(
      'unprocessable',
      `Restarting from message ${seq ?? ''} is refused: the newest version rests on the cut at message ${before.cutSeq} of partition ${before.partition}, and what came before it cannot be counted again beside it. Restart from the last cut; to have earlier windows computed again, backfill them.`,
    )
  if (point.unknown.length > 0)
    throw new AppError(
      'unprocessable',
      `Restarting from the last cut is refused: the cut of epoch ${point.epoch} was made by an earlier release, which did not keep all that an exact restart needs. Reconcile a window of ${name} for a new cut, then plan again.`,
    )
}

/** What is to be folded again must still be in the log. */
async function requireLog(nats: Nats, name: string, point: RestartPoint): Promise<void> {
  const { firstSeq } = await streamState(nats)
  const gone = point.partitions.find(({ cutSeq, seq }) => cutSeq < seq && firstSeq > cutSeq + 1)
  if (gone)
    throw new AppError(
      'unprocessable',
      `Restarting ${name} from the last cut is refused: the log holds messages from ${firstSeq} on, and the cut of partition ${gone.partition} is at ${gone.cutSeq}. Reconcile for a newer cut, then plan again.`,
    )
}

function previewRestart(target: Target, point: RestartPoint, seq: number | null): PlanDraft {
  const events = point.partitions.reduce((sum, partition) => sum + partition.events, 0)
  return plainDraft(target, {
    items: point.partitions.map(({ partition, seq, cutSeq, events }, i): PlanItem =>
      plainItem(i + 1, {
        label: `Partition ${partition}: ${events} events are folded again`,
        before: `at message ${seq}`,
        after: `at message ${cutSeq}`,
      }),
    ),
    notes: [
      `${point.buckets} figures of the speed layer since ${cutText(point)} are removed and counted again from the log; the result is what an undisturbed run gives.`,
      'Until it has caught up, answers lack what came after the cut; the lag in the status tells how much.',
      ...(seq === null
        ? []
        : [
            `Message ${seq} lies after the last cut: the cut is the nearest point from which folding is exact.`,
          ]),
    ],
    estimate: {
      ...atOnce(`${events} events at ${eventsPerSecond} a second`),
      seconds: Math.ceil(events / eventsPerSecond),
      events,
    },
    blastRadius: { cells: point.buckets },
  })
}

async function previewSkip(
  { pool, nats }: { pool: Queryable; nats: Nats },
  target: Target,
  point: RestartPoint,
  seq: number,
): Promise<PlanDraft> {
  const { lastSeq } = await streamState(nats)
  if (seq > lastSeq)
    throw new AppError(
      'bad_request',
      `Planning failed: options.from.seq is ${seq}, and the log ends at message ${lastSeq}. Give a message that is there.`,
    )
  const behind = point.partitions.filter((partition) => partition.seq < seq)
  const type = target.definition.eventType
  const afterSeq = Math.min(...behind.map((partition) => partition.seq))
  const { fromTime, toTime } = await timesOfStretch(pool, { type, afterSeq, seq })
  const windows =
    fromTime === null || toTime === null
      ? 'The archive does not reach that far yet, so any window may be partial until it does and batch has run.'
      : `Windows from ${iso(fromTime)} to ${iso(toTime)} are partial until a batch run past message ${seq} covers them.`
  return plainDraft(target, {
    items: behind.map((partition, i) =>
      plainItem(i + 1, {
        label: `Partition ${partition.partition} ${leavesOut} ${partition.seq + 1} to ${seq}`,
        from: fromTime,
        to: toTime === null ? null : toTime + 1,
        before: `at message ${partition.seq}`,
        after: `at message ${seq}`,
      }),
    ),
    notes: [
      windows,
      'Nothing is lost: the events stay in the log and the archive, batch counts them, and the difference carries the cause hole.',
      'The skipped messages are still read for their identities and times, so that duplicates and lateness stay what they are.',
    ],
    estimate: atOnce('the position moves when the plan is applied'),
  })
}

type Queryable = Parameters<typeof readRestartPoint>[0]

/** A plan says what it is: a skip must not become a restart because the position has moved on, nor the reverse. */
async function runChanges(db: Queryable, plan: StoredPlan): Promise<Change[]> {
  const { from } = (plan.request as RestartRequest).options
  const point = await readRestartPoint(db, plan.expected.computeId)
  const isSkip = 'seq' in from && point.partitions.some(({ seq }) => seq < from.seq)
  if (isSkip !== isPlannedSkip(plan)) {
    const found = isSkip ? 'before it' : 'past it'
    const expected = isSkip ? 'past it' : 'before it'
    return [{ what: `position, against message ${'seq' in from ? from.seq : ''}`, expected, found }]
  }
  return isSkip ? [] : underWay(db, plan.pipeline)
}

async function underWay(db: Queryable, pipeline: string): Promise<Change[]> {
  const runs = await openRuns(db, pipeline)
  if (runs.length === 0) return []
  const found = runs.map(({ id, kind }) => `${kind} ${id}`)
  return [{ what: `runs of ${pipeline} under way`, expected: 'none', found }]
}

/** From here to the end of the transaction no run starts. */
async function requireNoRun(client: PoolClient, pipeline: string): Promise<void> {
  await holdClaims(client)
  const changed = await underWay(client, pipeline)
  if (changed.length === 0) return
  throw new AppError('conflict', 'Applying the plan was refused: a run has started since. Make a new plan.', {
    details: { changed },
  })
}

const isPlannedSkip = ({ items }: StoredPlan) => items.some(({ label }) => label.includes(leavesOut))

async function requireLogTime(nats: Nats, seq: number): Promise<number> {
  const at = await logTimeOf(nats, seq)
  if (at !== null) return at
  throw new AppError('conflict', `Applying the plan was refused: the log no longer holds message ${seq}.`)
}

const cutText = ({ epoch, partitions }: RestartPoint) =>
  epoch < 0
    ? 'the start of the log'
    : `the cut of epoch ${epoch} (messages ${partitions.map(({ cutSeq }) => cutSeq).join(', ')})`
