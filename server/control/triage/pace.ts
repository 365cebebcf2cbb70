/** How much had been folded and how much waited at one look. */
export interface BacklogSample {
  at: number
  folded: number
  waiting: number
}

export interface Pace {
  inPerS: number | null
  outPerS: number | null
  /** Null: never at this pace, or nothing waits. */
  catchUpAt: number | null
}

const paceOverMs = 60_000
/** Two looks nearer than this say more of the commit's rhythm than of the pace. */
const leastMs = 1_500

/** Events in and out a second over the last minute, and when they have met. */
export function paceOf(samples: readonly BacklogSample[]): Pace {
  const last = samples.at(-1)
  const first = last && samples.find(({ at }) => last.at - at <= paceOverMs)
  if (!last || !first || last.at - first.at < leastMs) return { inPerS: null, outPerS: null, catchUpAt: null }
  const seconds = (last.at - first.at) / 1_000
  // A restart from an earlier position counts again what it folds again.
  const outPerS = Math.max(0, last.folded - first.folded) / seconds
  const inPerS = Math.max(0, outPerS + (last.waiting - first.waiting) / seconds)
  const shrinks = outPerS - inPerS
  const catchUpAt =
    last.waiting > 0 && shrinks > 0 ? Math.round(last.at + (last.waiting / shrinks) * 1_000) : null
  return { inPerS, outPerS, catchUpAt }
}

const keptMs = 10 * 60_000
const apartMs = 4_000

/** Looks of the last ten minutes, the newest always, older ones some seconds apart. */
export function addSample(samples: readonly BacklogSample[], sample: BacklogSample): BacklogSample[] {
  const kept = samples.filter(({ at }) => sample.at - at <= keptMs && at < sample.at)
  const [beforeLast, last] = [kept.at(-2), kept.at(-1)]
  if (beforeLast && last && last.at - beforeLast.at < apartMs) kept.pop()
  return [...kept, sample]
}

interface LinePoint {
  at: number
  events: number
}

/** Stored minutes, and after them what was looked at since: one line without a second figure for an instant. */
export function joinLine(minutes: readonly LinePoint[], samples: readonly BacklogSample[]): LinePoint[] {
  const lastMinute = minutes.at(-1)?.at ?? -Infinity
  return [
    ...minutes,
    ...samples.filter(({ at }) => at > lastMinute).map(({ at, waiting }) => ({ at, events: waiting })),
  ]
}
