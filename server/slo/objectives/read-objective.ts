import type { Pool } from '../../clients'
import type { Clock } from '../../platform'
import type { BudgetCorrectionView, BudgetEpisode, ObjectiveDetail, ObjectiveSpec } from '../model'
import { budgetGraph, daysOf } from './budget-graph'
import { concerns } from './corrections'
import { correctedSpans } from './correction-spans'
import { selectCorrections } from './corrections-store'
import type { Counted } from './counted'
import { episodesOf } from './episodes'
import { evaluate } from './evaluate'
import { countedBy, leavesOf, wantedOf } from './evaluator'
import { FigureBook, minutesKeptMs } from './figure-book'
import { hourMs, lengthMs, minuteMs, type Span } from './objective-window'
import {
  selectObjectives,
  selectObjectiveVersions,
  selectStates,
  type StoredObjective,
} from './objective-store'
import { selectIncidentSpans, selectRestatements } from './read-objective-store'
import { viewOf } from './read-objectives'
import { notFound } from './save-objective'
import { minuteWindowMs } from './series'

const historyLimit = 100

interface Deps {
  pool: Pool
  clock: Clock
}

/** One objective whole. Its figures are the stored ones; what led there is read for the asking. */
export async function readObjective({ pool, clock }: Deps, id: string): Promise<ObjectiveDetail> {
  const all = await selectObjectives(pool)
  const stored = all.find((one) => one.id === id)
  if (!stored) throw notFound(id)
  const known = (await selectStates(pool, [id])).get(id) ?? null
  const corrections = await selectCorrections(pool)
  const { spec } = stored
  const counted = await countedAlone(pool, {
    spec,
    all: all.map((one) => one.spec),
    corrections,
    now: known?.at ?? clock.now(),
  })
  const state = known ?? evaluate(spec, counted, { now: clock.now(), since: null })
  const isCorrected = correctedWithin(spec, all, corrections)
  const isLeaf = spec.sli !== null
  const reach = { from: Math.max(state.from, isLeaf ? state.to - minutesKeptMs + hourMs : 0), to: state.to }
  const episodes = episodesOf(spec, counted, {
    span: reach,
    stepMs: isLeaf ? minuteMs : hourMs,
    budgetTotal: state.budgetTotal,
  })
  return {
    view: viewOf(stored, known),
    graph: budgetGraph(spec, counted, { state, isCorrected }),
    days: daysOf(counted, state),
    episodes: await withIncidents(pool, stored, { episodes, span: state }),
    corrections: corrections.filter((one) => leaves(spec, all).some((leaf) => concerns(one, leaf))),
    restated: spec.sli ? await selectRestatements(pool, spec.sli, state) : [],
    history: await selectObjectiveVersions(pool, id, historyLimit),
  }
}

interface Alone {
  spec: ObjectiveSpec
  all: readonly ObjectiveSpec[]
  corrections: readonly BudgetCorrectionView[]
  now: number
}

/** What one objective counts, read for it alone, twice its window far: its graph starts with a whole window too. */
export async function countedAlone(pool: Pool, { spec, all, corrections, now }: Alone): Promise<Counted> {
  const byId = new Map([...all, spec].map((one) => [one.id, one]))
  const windowMs = lengthMs(spec.window)
  const byMinute =
    spec.sli === null ? minuteWindowMs + hourMs : Math.min(2 * windowMs, minutesKeptMs - hourMs)
  const book = new FigureBook(pool, Math.max(minuteWindowMs + hourMs, byMinute))
  const asked = { specs: [spec, ...partsOf(spec, byId)], corrections, now }
  // Of parts only what the whole asks: their own windows are of no concern here.
  const wanted = wantedOf({ ...asked, specs: asked.specs.map((one) => ({ ...one, window: spec.window })) }, 2)
  await book.refresh(wanted, now)
  return countedBy(asked, book)(spec)
}

function partsOf(spec: ObjectiveSpec, byId: ReadonlyMap<string, ObjectiveSpec>): ObjectiveSpec[] {
  return spec.parts.flatMap(({ id }) => {
    const part = byId.get(id)
    return part ? [part, ...partsOf(part, byId)] : []
  })
}

const leaves = (spec: ObjectiveSpec, all: readonly StoredObjective[]) =>
  leavesOf(spec, new Map(all.map((one) => [one.id, one.spec])))

function correctedWithin(
  spec: ObjectiveSpec,
  all: readonly StoredObjective[],
  corrections: readonly BudgetCorrectionView[],
): (span: Span) => boolean {
  const own = corrections.filter((one) => leaves(spec, all).some((leaf) => concerns(one, leaf)))
  return (span) => own.length > 0 && correctedSpans(own, span).length > 0
}

async function withIncidents(
  pool: Pool,
  stored: StoredObjective,
  { episodes, span }: { episodes: Omit<BudgetEpisode, 'incidentId'>[]; span: Span },
): Promise<BudgetEpisode[]> {
  if (episodes.length === 0) return []
  const incidents = await selectIncidentSpans(pool, stored, span)
  return episodes.map((episode) => ({
    ...episode,
    // Alerts fire some minutes into what they tell of.
    incidentId: incidents.find(({ from, to }) => from < episode.to + hourMs && to > episode.from)?.id ?? null,
  }))
}
