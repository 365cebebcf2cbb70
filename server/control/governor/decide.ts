import type { JobKind } from '../model'
import { bytesText } from '../plans/quota'

/**
 * Law 10: batch work yields to the speed layer. What decides is how much of its freshness objective a pipeline has
 * used up (lag over the objective's bound), how loaded the store is, and the day's quota of a pipeline.
 *
 * 1. Below `ease` nothing is held back.
 * 2. From `ease` on one job at a time runs, at `slowBytesPerS`.
 * 3. From `hold` on no backfill runs or goes on. It goes on when the pressure has fallen below `release`, which is
 *    lower, so that a lag about the bound does not start and stop it every second.
 * 4. Live windows first: scheduled runs are slowed, never held. They move the boundary of what is new.
 * 5. A pipeline whose quota of the day is used up waits for the next day, whatever the pressure.
 */
export const pressure = { ease: 0.5, release: 0.8, hold: 1 } as const
export const slowBytesPerS = 32 * 1024 ** 2
/** Without an objective of its own a pipeline is fresh within this. */
export const defaultUnderS = 5
/** Share of the store's connections that are at work, and how long a commit of the speed layer took. */
export const storeLimits = {
  connections: { ease: 0.6, hold: 0.9 },
  commitMs: { ease: 250, hold: 1_000 },
} as const

/** Work that recomputes history on somebody's wish. */
export const heldKinds: readonly JobKind[] = ['reconcile', 'backfill', 'preview']

export interface GovernorInput {
  /** Of every pipeline that is served and whose speed layer is to run. */
  freshness: { pipeline: string; lagS: number; underS: number }[]
  store: { connectionShare: number; commitMs: number }
  quotas: { pipeline: string; perDay: number; usedToday: number }[]
  /** Whether backfills were held by the decision before. */
  wasHeld: boolean
}

export interface Decision {
  /** Backfills that may run at once over all workers; null: as many as there are workers. */
  allow: number | null
  /** Archive bytes a second a job may read; null: as fast as it can. */
  throttle: number | null
  /** Why, worst first; empty when nothing is held back. */
  reasons: string[]
  /** Pipelines that wait for their own sake, with the reason. */
  spent: { pipeline: string; reason: string }[]
}

export function decide(input: GovernorInput): Decision {
  const causes = [...freshnessCauses(input.freshness), ...storeCauses(input.store)].sort(
    (a, b) => b.share - a.share,
  )
  const worst = causes[0]?.share ?? 0
  const isHeld = worst >= pressure.hold || (input.wasHeld && worst >= pressure.release)
  const isEased = isHeld || worst >= pressure.ease
  return {
    allow: isHeld ? 0 : isEased ? 1 : null,
    throttle: isEased ? slowBytesPerS : null,
    reasons: isEased ? causes.filter(({ share }) => share >= pressure.ease).map(({ says }) => says) : [],
    spent: input.quotas
      .filter(({ perDay, usedToday }) => usedToday >= perDay)
      .map(({ pipeline, perDay, usedToday }) => ({
        pipeline,
        reason: `Today's quota of ${bytesText(perDay)} for ${pipeline} is used up (${bytesText(usedToday)}); it goes on after 00:00 UTC.`,
      })),
  }
}

interface Cause {
  /** Of what is bearable: 1 is the bound. */
  share: number
  says: string
}

const freshnessCauses = (freshness: GovernorInput['freshness']): Cause[] =>
  freshness.map(({ pipeline, lagS, underS }) => ({
    share: lagS / underS,
    says: `${pipeline} is ${seconds(lagS)} behind; its objective is ${seconds(underS)}.`,
  }))

function storeCauses({ connectionShare, commitMs }: GovernorInput['store']): Cause[] {
  return [
    {
      share: scaled(connectionShare, storeLimits.connections),
      says: `${Math.round(connectionShare * 100)} % of the store's connections are at work.`,
    },
    {
      share: scaled(commitMs, storeLimits.commitMs),
      says: `A commit of the speed layer takes ${Math.round(commitMs)} ms.`,
    },
  ]
}

/** On the scale of pressure: the lower limit is at `ease`, the upper at `hold`. */
function scaled(value: number, limit: { ease: number; hold: number }): number {
  if (value <= limit.ease) return (pressure.ease * value) / limit.ease
  return pressure.ease + ((pressure.hold - pressure.ease) * (value - limit.ease)) / (limit.hold - limit.ease)
}

const seconds = (value: number) => `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} s`
