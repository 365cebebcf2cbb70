import type { Pool, PoolClient } from '../../clients'
import type { BudgetCorrectionView, ObjectiveSpec, ObjectiveState } from '../model'
import { concerns } from './corrections'
import { occurrencesOf } from './correction-spans'
import { composite, correctedSeries, type Counted } from './counted'
import { evaluate } from './evaluate'
import { FigureBook, minutesKeptMs, type Wanted } from './figure-book'
import { dayMs, floorTo, hourMs, lengthMs, windowAt, type Span } from './objective-window'

type Queryable = Pick<Pool | PoolClient, 'query'>

export interface Asked {
  specs: readonly ObjectiveSpec[]
  corrections: readonly BudgetCorrectionView[]
  now: number
}

/** Evaluates all objectives, round after round, over one book of figures. */
export class Evaluator {
  private readonly book: FigureBook

  constructor(db: Queryable) {
    this.book = new FigureBook(db)
  }

  /** In the order of the specs. `sinceOf`: since when one was not met in the round before. */
  async evaluate(
    asked: Asked,
    sinceOf: (id: string) => number | null,
  ): Promise<{ states: ObjectiveState[]; countedOf: (spec: ObjectiveSpec) => Counted }> {
    await this.book.refresh(wantedOf(asked), asked.now)
    const countedOf = countedBy(asked, this.book)
    const states = asked.specs.map((spec) =>
      evaluate(spec, countedOf(spec), { now: asked.now, since: sinceOf(spec.id) }),
    )
    return { states, countedOf }
  }
}

/** What each objective counts, composites over what their parts do. */
export function countedBy(
  { specs, corrections }: Pick<Asked, 'specs' | 'corrections'>,
  book: FigureBook,
): (spec: ObjectiveSpec) => Counted {
  const byId = new Map(specs.map((spec) => [spec.id, spec]))
  const known = new Map<string, Counted>()
  const countedOf = (spec: ObjectiveSpec): Counted => {
    const found = known.get(spec.id)
    if (found) return found
    const series = spec.sli && book.seriesOf(spec.sli, spec.budgeting)
    const counted = series
      ? correctedSeries(
          series,
          corrections.filter((one) => concerns(one, spec)),
        )
      : composite(
          spec.parts.flatMap(({ id, weight }) => {
            const part = byId.get(id)
            return part ? [{ counted: countedOf(part), weight }] : []
          }),
        )
    known.set(spec.id, counted)
    return counted
  }
  return countedOf
}

/** What must be held: of each part also what its composites ask, whose windows are their own. */
export function wantedOf({ specs, corrections, now }: Asked, times = 1): Wanted[] {
  const byId = new Map(specs.map((spec) => [spec.id, spec]))
  const wanted: Wanted[] = []
  for (const asking of specs) {
    const { window } = asking
    const backMs = times * lengthMs(window) + 3 * dayMs
    const start = windowAt(window, now).from
    for (const spec of leavesOf(asking, byId)) {
      if (!spec.sli) continue
      const within = { from: Math.max(start, now - minutesKeptMs), to: now }
      const cut = corrections
        .filter((one) => concerns(one, spec))
        .flatMap((one) => occurrencesOf(one, within))
        .flatMap(edges)
      const hours = [...new Set([...cut, start])].filter((at) => at % hourMs !== 0)
      wanted.push({
        sli: spec.sli,
        budgeting: spec.budgeting,
        backMs,
        hours: hours.map((at) => floorTo(at, hourMs)),
      })
    }
  }
  return wanted
}

const edges = ({ from, to }: Span) => [from, to]

export function leavesOf(spec: ObjectiveSpec, byId: ReadonlyMap<string, ObjectiveSpec>): ObjectiveSpec[] {
  if (spec.sli) return [spec]
  return spec.parts.flatMap(({ id }) => {
    const part = byId.get(id)
    return part ? leavesOf(part, byId) : []
  })
}
