import type { CompiledPipeline } from '../pipeline'
import type { CellVerdict } from './compare-cell'
import { relativeOf } from './compare-cell'
import type { ComparisonSummary, MeasureComparison } from './comparison'
import { add, isZero, subtract } from './decimal'
import { causes, histogramEdges } from './divergence-words'

export function binOf(relative: number): number {
  const bin = histogramEdges.findIndex((edge) => relative <= edge)
  return bin < 0 ? histogramEdges.length - 1 : bin
}

/** Sums up a comparison as its differing cells pass by; cells in flight only count as such. */
export class ComparisonTally {
  private differing = 0
  private beyond = 0
  private drifting = 0
  private readonly measures: Map<string, MeasureComparison>

  constructor(private readonly compiled: CompiledPipeline) {
    this.measures = new Map(
      compiled.definition.measures.map(({ name }) => [
        name,
        {
          cells: 0,
          differing: 0,
          beyond: 0,
          largest: null,
          causes: {},
          causeCells: {},
          histogram: histogramEdges.map(() => 0),
        },
      ]),
    )
  }

  add(cell: { windowStart: number; key: string }, verdict: CellVerdict): void {
    const { tolerance } = this.compiled.definition.batch
    let isBeyond = false
    let isDrifting = (verdict.events.drift ?? 0) > 0
    for (const found of verdict.differences) {
      const measure = this.measures.get(found.measure)
      if (measure === undefined || isZero(found.difference)) continue
      measure.differing++
      measure.histogram[binOf(found.relative)] = (measure.histogram[binOf(found.relative)] ?? 0) + 1
      // An estimate within its bound is what the measure promises: it is no error to be corrected early.
      const error = relativeOf(subtract(found.difference, found.amounts.approximation), found.batch)
      if (error > tolerance) {
        measure.beyond++
        isBeyond = true
      }
      if (measure.largest === null || found.relative > measure.largest.relative)
        measure.largest = { windowStart: cell.windowStart, key: cell.key, relative: found.relative }
      for (const cause of causes) {
        const amount = found.amounts[cause]
        if (isZero(amount)) continue
        measure.causes[cause] = add(measure.causes[cause] ?? '0', amount)
        measure.causeCells[cause] = (measure.causeCells[cause] ?? 0) + 1
        if (cause === 'drift') isDrifting = true
      }
    }
    if (verdict.differences.some(({ difference }) => !isZero(difference))) this.differing++
    if (isBeyond) this.beyond++
    if (isDrifting) this.drifting++
  }

  summary(
    versionId: number,
    counted: { cells: number; inFlight: number; seconds: number },
  ): ComparisonSummary {
    const measures = [...this.measures].map(([name, measure]): [string, MeasureComparison] => {
      const [, ...others] = measure.histogram
      return [
        name,
        { ...measure, cells: counted.cells, histogram: [counted.cells - measure.differing, ...others] },
      ]
    })
    return {
      versionId,
      ...counted,
      differing: this.differing,
      beyond: this.beyond,
      drifting: this.drifting,
      measures: Object.fromEntries(measures),
    }
  }
}
