import type { Range } from '../serving'
import type { GuardPayload } from './guard-jobs'
import type { GuardReport } from './model'

export interface GuardSight {
  now: number
  /** Highest relative difference that comparisons since the flip found; null: none came. */
  divergence: number | null
  freshnessS: number | null
  /** Where what the flip put in force still answers. */
  inForce: readonly Range[]
}

/** What a guard does next, from what it was told to watch, what it has seen before and what it sees now. */
export function judgeGuard(
  payload: GuardPayload,
  before: Pick<GuardReport, 'checks' | 'divergence' | 'freshnessS'> | null,
  sight: GuardSight,
): GuardReport {
  const divergence = highest(before?.divergence ?? null, sight.divergence)
  const freshnessS = highest(before?.freshnessS ?? null, sight.freshnessS)
  const report = {
    publication: payload.publication,
    until: payload.until,
    checks: (before?.checks ?? 0) + 1,
    divergence,
    freshnessS,
  }
  if (sight.inForce.length === 0)
    return {
      ...report,
      outcome: 'superseded',
      says: 'Nothing of the publication answers any more; there is nothing to take back.',
    }
  const crossed = [
    ...over('a divergence', sight.divergence, payload.divergence, percent),
    ...over('a lag', sight.freshnessS, payload.freshnessS, seconds),
  ]
  if (crossed.length > 0) return { ...report, outcome: 'rolled back', says: `${crossed.join(' and ')}.` }
  const seen = `${report.checks} ${report.checks === 1 ? 'look' : 'looks'}; highest divergence ${divergence === null ? 'not compared yet' : percent(divergence)}, longest lag ${freshnessS === null ? 'unknown' : seconds(freshnessS)}.`
  return sight.now >= payload.until
    ? { ...report, outcome: 'kept', says: `The publication stays: ${seen}` }
    : { ...report, outcome: 'watching', says: seen }
}

function over(
  what: string,
  found: number | null,
  bound: number | null,
  text: (value: number) => string,
): string[] {
  return found !== null && bound !== null && found > bound
    ? [`${what} of ${text(found)} was found, the bound is ${text(bound)}`]
    : []
}

const highest = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.max(a, b))
const percent = (share: number) => `${Number((share * 100).toPrecision(3))} %`
const seconds = (s: number) => `${Number(s.toPrecision(3))} s`
