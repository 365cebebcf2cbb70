import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answer, roundCell } from './cell'
import { compilePipeline } from './fold'
import { referenceAnswer, referenceSpeed } from './reference'
import { differences, foldHistory } from './testing-fold'
import { anyDefinition, anyHistory } from './testing-histories'

const splits = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 })
const numRuns = Number(process.env.PARITY_RUNS ?? 300)

describe('fold', () => {
  it(
    '[law 2] gives what the reference gives, under any split into batches, commits and restarts',
    { timeout: 120_000 },
    () => {
      fc.assert(
        fc.property(anyDefinition, anyHistory, splits, (definition, history, sizes) => {
          const compiled = compilePipeline(definition)
          const folded = foldHistory(compiled, history, sizes)
          const expected = referenceSpeed(definition, history.events)
          expect([...folded.cells.keys()].sort()).toEqual([...expected.cells.keys()].sort())
          for (const [name, cell] of expected.cells) {
            const found = folded.cells.get(name)
            if (found === undefined) throw new Error(name)
            const causes = { late: found.late, duplicate: found.duplicate, invalid: found.invalid }
            expect({ name, ...causes }).toEqual({
              name,
              late: cell.late,
              duplicate: cell.duplicate,
              invalid: cell.invalid,
            })
            const { acc } = roundCell(compiled, found.cell)
            expect({
              name,
              differ: differences(definition, compiled.layout.slots, { acc, isExact: false }, cell),
            }).toEqual({
              name,
              differ: [],
            })
          }
          expect(folded.counters).toEqual(expected.counters)
          expect(folded.watermarks).toEqual(expected.watermarks)
        }),
        { numRuns },
      )
    },
  )

  it('[law 2] answers exact measures as the reference does', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(anyDefinition, anyHistory, (definition, history) => {
        const exact = definition.measures.filter(
          (measure) => !('type' in measure && measure.type === 'float') && measure.kind !== 'quantile',
        )
        fc.pre(exact.length > 0)
        const pipeline = { ...definition, measures: exact }
        const compiled = compilePipeline(pipeline)
        const { cells } = referenceSpeed(pipeline, history.events)
        for (const [name, { cell }] of foldHistory(compiled, history, [5]).cells) {
          const expected = cells.get(name)
          if (expected === undefined) throw new Error(name)
          expect(answer(compiled, cell)).toEqual(referenceAnswer(pipeline, expected))
        }
      }),
      { numRuns },
    )
  })
})
