import type { Pool } from '../../clients'
import type { Clock } from '../../platform'
import { binScale, countUpTo } from '../measure'
import { addBins } from '../measure/bins'
import { selectMeasurements } from '../measure/read-measurements-store'
import { grouped } from '../grouped'
import type { ObjectiveSpec, Sli } from '../model'
import { budgetGraph } from './budget-graph'
import { checkSpec } from './check-spec'
import { concerns } from './corrections'
import { correctedSpans } from './correction-spans'
import { selectCorrections } from './corrections-store'
import { correctedSeries, type Counted } from './counted'
import { evaluate } from './evaluate'
import { unitOf } from './indicator-table'
import type { ObjectivePreview } from './model'
import { selectObjectives } from './objective-store'
import { dayMs, floorTo, hourMs, lengthMs, minuteMs } from './objective-window'
import { countedAlone } from './read-objective'
import { Series, type MinuteFigures } from './series'
import { wouldFire } from './would-fire'

/** How long the distribution of each minute is kept. */
const distributionMs = 14 * dayMs
const stepMs = 5 * minuteMs

/** What an objective would have shown over the history there is, before it is saved. */
export async function previewObjective(
  { pool, clock }: { pool: Pool; clock: Clock },
  input: unknown,
): Promise<ObjectivePreview> {
  const spec = checkSpec(input)
  const now = clock.now()
  const stored = await selectObjectives(pool)
  const corrections = await selectCorrections(pool)
  const others = stored.map((one) => one.spec).filter(({ id }) => id !== spec.id)
  const exact = await countedAlone(pool, { spec, all: others, corrections, now })
  const own = corrections.filter((one) => concerns(one, spec))
  const reach = now - lengthMs(spec.window) - dayMs
  const firstExact = exact.firstFrom(reach)
  const estimated = spec.sli && (await estimate(pool, spec, { sli: spec.sli, now }))
  const firstEstimated = estimated?.firstFrom(reach) ?? null
  const isEstimate =
    estimated !== null &&
    firstEstimated !== null &&
    (firstExact === null || firstEstimated + hourMs < firstExact)
  const counted: Counted = isEstimate ? correctedSeries(estimated, own) : exact
  const from = isEstimate ? firstEstimated : firstExact
  const state = evaluate(spec, counted, { now, since: null })
  return {
    basis: from === null ? 'none' : isEstimate ? 'estimate' : 'exact',
    says: says(spec, from, isEstimate),
    from,
    to: state.to,
    state,
    graph: budgetGraph(spec, counted, {
      state,
      isCorrected: (span) => own.length > 0 && correctedSpans(own, span).length > 0,
    }),
    wouldFire:
      from === null
        ? []
        : wouldFire(spec, counted, {
            span: { from: Math.max(from, now - distributionMs), to: state.to },
            stepMs: spec.sli === null ? hourMs : stepMs,
          }),
  }
}

/** From the distributions of minutes; null where a value is bad or not, which they do not tell. */
async function estimate(
  pool: Pool,
  { budgeting, window }: ObjectiveSpec,
  { sli, now }: { sli: Sli; now: number },
): Promise<Series | null> {
  if (unitOf(sli.indicator) === null) return null
  const from = floorTo(now - distributionMs, hourMs)
  const { pipeline, indicator, threshold } = sli
  const rows = await selectMeasurements(pool, { pipeline, indicator, from, to: now + minuteMs })
  const minutes: MinuteFigures[] = []
  for (const [minute, measured] of grouped(rows, (row) => row.minute)) {
    const real = measured.filter((row) => row.traffic === 'real' && row.count > 0)
    const bins = new Map<number, number>()
    for (const row of real.length > 0 ? real : measured) addBins(bins, row.bins)
    const total = [...bins.values()].reduce((sum, count) => sum + count, 0)
    const figures = { good: Math.min(total, countUpTo(bins, threshold * binScale[indicator])), total }
    minutes.push({ minute, then: figures, now: figures, probe: real.length > 0 ? 0 : total })
  }
  const series = new Series(budgeting, {
    hours: Math.ceil((2 * lengthMs(window)) / hourMs) + 15 * 24,
    minutes: distributionMs / minuteMs + 120,
  })
  series.holdMinutesFrom(from)
  series.putMinutes(minutes)
  return series
}

function says({ sli }: ObjectiveSpec, from: number | null, isEstimate: boolean): string {
  if (from === null)
    return sli === null
      ? 'None of its parts has any data yet.'
      : 'Nothing was measured yet: save it and its figures begin.'
  const since = new Date(from).toISOString().slice(0, 16).replace('T', ' ')
  return isEstimate
    ? `Estimated since ${since} UTC: nobody asked for this threshold then, so the share within it is read from each minute's distribution, true within 19 % of the threshold.`
    : `Counted exactly since ${since} UTC.`
}
