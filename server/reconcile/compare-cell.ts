import {
  answer,
  attributionSteps,
  estimatedCell,
  type CompiledPipeline,
  type Measure,
  type MeasureValue,
  type StoredCell,
} from '../pipeline'
import { add, compare, isZero, plain, size, subtract } from './decimal'
import { causes, type Cause } from './divergence-words'

/** Two floats this close are one: sums of them are rounded on the way. */
const floatTolerance = 1e-9
/** What rounding may leave of a float sum, as a share of the sizes of its values. */
const roundingShare = 1e-12
/** How far a version's exact number of distinct values may be from its own sketch: six standard errors, and two. */
const sketchShare = 0.1
const sketchSlack = 2

/** A step of the waterfall, with the cell as it is after it. */
export interface CellStep {
  /** From 1, of `attributionSteps`; 0: what batch counts. */
  step: number
  events: number
  cell: StoredCell | null
  magnitudes: number[]
}

export interface ComparedCell {
  windowStart: number
  key: string
  served: StoredCell | null
  batch: StoredCell | null
  /** The version's part of what was served. */
  version: StoredCell | null
}

/** One measure that differs; amounts are decimal text and add up to the difference. */
export interface MeasureDifference {
  measure: string
  speed: string | null
  batch: string | null
  difference: string
  relative: number
  amounts: Record<Cause, string>
  mainCause: Cause
}

export interface CellVerdict {
  differences: MeasureDifference[]
  /** Events behind the causes. */
  events: Partial<Record<Cause, number>>
  before: Record<string, MeasureValue> | null
  after: Record<string, MeasureValue> | null
}

const textOf = (value: MeasureValue | undefined): string | null =>
  value === null || value === undefined ? null : plain(String(value))

const orZero = (text: string | null): string => text ?? '0'

export function relativeOf(difference: string, batch: string | null): number {
  if (isZero(difference)) return 0
  return batch === null || isZero(batch) ? 1 : Math.abs(Number(difference)) / Math.abs(Number(batch))
}

function isFloat(measure: Measure): boolean {
  if (measure.kind === 'mean') return measure.type !== 'decimal'
  return 'type' in measure && measure.type === 'float'
}

const isSketch = ({ kind }: Measure): boolean => kind === 'distinct' || kind === 'quantile'

function isWithin(difference: string, bound: number): boolean {
  return Number(size(difference)) <= bound
}

/** Equal as values of the measure's type are. */
export function isEqual(measure: Measure, speed: string | null, batch: string | null): boolean {
  const difference = subtract(orZero(speed), orZero(batch))
  if (isZero(difference)) return true
  const largest = Math.max(Math.abs(Number(speed)), Math.abs(Number(batch)))
  return isFloat(measure) && isWithin(difference, floatTolerance * largest)
}

/**
 * What of `rest`, the part of a served value that no event explains, follows from how the value is kept: floats are
 * rounded, sketches estimate. A sketch is a function of the events it holds, so its estimate must be exactly the one
 * that these events give.
 */
function isApproximation(input: {
  compiled: CompiledPipeline
  index: number
  rest: string
  cell: ComparedCell
  last: CellStep
  speed: string | null
  exact: string | null
}): boolean {
  const { compiled, index, rest, cell, last, speed, exact } = input
  const measure = compiled.definition.measures[index]
  if (measure === undefined || isZero(rest)) return true
  if (isFloat(measure)) {
    const largest = Math.max(Math.abs(Number(speed)), Math.abs(Number(exact)))
    const bound = Math.max(floatTolerance * largest, roundingShare * magnitudeOf(compiled, index, last))
    return isWithin(rest, bound)
  }
  if (!isSketch(measure) || last.cell === null) return false
  const estimate = orZero(textOf(answer(compiled, estimatedCell(compiled, last.cell))[measure.name]))
  if (compare(orZero(speed), estimate) === 0) return true
  if (measure.kind !== 'distinct' || cell.version === null) return false
  const ofVersion = (stored: StoredCell) => orZero(textOf(answer(compiled, stored)[measure.name]))
  const correction = subtract(ofVersion(cell.version), ofVersion(estimatedCell(compiled, cell.version)))
  const expected = add(estimate, correction)
  const bound = sketchShare * Number(estimate) + sketchSlack
  return compare(orZero(speed), expected) === 0 && isWithin(correction, bound)
}

function magnitudeOf(
  { definition, layout }: CompiledPipeline,
  index: number,
  { magnitudes, cell }: CellStep,
) {
  const place = definition.measures
    .slice(0, index)
    .filter((m) => (m.kind === 'sum' || m.kind === 'mean') && m.type === 'float').length
  const measure = definition.measures[index]
  if (measure?.kind !== 'sum' && measure?.kind !== 'mean') return 0
  if (measure.type !== 'float') return 0
  const count = measure.kind === 'mean' ? Number(cell?.acc[(layout.firstSlot[index] ?? 0) + 1] ?? 1) : 1
  return (magnitudes[place] ?? 0) / Math.max(1, count)
}

export const noAmounts = (): Record<Cause, string> => ({
  late: '0',
  duplicate: '0',
  invalid: '0',
  approximation: '0',
  hole: '0',
  schema: '0',
  drift: '0',
})

/** The cause of the largest amount. */
function mainOf(amounts: Record<Cause, string>): Cause {
  let main: Cause = 'drift'
  for (const cause of causes) if (compare(size(amounts[cause]), size(amounts[main])) > 0) main = cause
  return main
}

/**
 * What makes the served cell differ from batch's. `steps` go from what batch counts to what speed folded; without
 * any the whole difference is unexplained. `isHoled`: the archive lacks events that may lie in the cell.
 */
export function compareCell(
  compiled: CompiledPipeline,
  cell: ComparedCell,
  steps: readonly CellStep[],
  isHoled: boolean,
): CellVerdict {
  const { measures } = compiled.definition
  const before = cell.served === null ? null : answer(compiled, cell.served)
  const after = cell.batch === null ? null : answer(compiled, cell.batch)
  const answers = steps.map((step) => (step.cell === null ? null : answer(compiled, step.cell)))
  const last = steps.at(-1)
  const unexplained: Cause = isHoled ? 'hole' : 'drift'
  const differences = measures.flatMap((measure, index): MeasureDifference[] => {
    const speed = textOf(before?.[measure.name])
    const batch = textOf(after?.[measure.name])
    const areEqual = isEqual(measure, speed, batch)
    // Equal answers are looked into only where a layer counted what the other did not.
    if (areEqual && steps.length < 2) return []
    const amounts = noAmounts()
    let reached = orZero(textOf(answers[0]?.[measure.name]))
    const give = (cause: Cause, amount: string) => {
      amounts[cause] = add(amounts[cause], amount)
    }
    // What batch stored against what its events give: nothing, or the version is not what it should be.
    give(unexplained, subtract(reached, orZero(batch)))
    steps.forEach((step, i) => {
      const cause = attributionSteps[step.step - 1]
      if (cause === undefined) return
      const then = orZero(textOf(answers[i]?.[measure.name]))
      give(cause, subtract(then, reached))
      reached = then
    })
    const rest = subtract(orZero(speed), reached)
    const isKept =
      last !== undefined &&
      isApproximation({ compiled, index, rest, cell, last, speed, exact: textOf(reached) })
    give(isKept ? 'approximation' : unexplained, rest)
    if (areEqual && isZero(amounts.drift)) return []
    const difference = subtract(orZero(speed), orZero(batch))
    const relative = relativeOf(difference, batch)
    return [
      { measure: measure.name, speed, batch, difference, relative, amounts, mainCause: mainOf(amounts) },
    ]
  })
  const events: Partial<Record<Cause, number>> = {}
  for (const { step, events: n } of steps) {
    const cause = attributionSteps[step - 1]
    if (cause !== undefined && n > 0) events[cause] = n
  }
  return { differences, events, before, after }
}

/** Whether a consumer that was told the one would be told something else by the other. */
export const isChange = ({ before, after }: Pick<CellVerdict, 'before' | 'after'>): boolean =>
  JSON.stringify(before) !== JSON.stringify(after)
