import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answer, answerTotals, emptyCell, mergeCells } from './cell'
import { parseDefinition } from './definition'
import { compilePipeline, type CompiledPipeline } from './fold'
import { foldHistory } from './testing-fold'
import { anyDefinition, anyHistory, EVENT_TYPE } from './testing-histories'
import type { StoredCell } from './types'

function pipelineOf(measures: unknown): CompiledPipeline {
  const parsed = parseDefinition({
    apiVersion: 'parallax/v1',
    kind: 'Pipeline',
    metadata: { name: 'trades' },
    spec: { events: { type: EVENT_TYPE }, key: 'data.symbol', window: { size: '1m' }, measures },
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return compilePipeline(parsed.definition)
}

/** The cell of events with such data, all in one window under one key. */
function cellOf(compiled: CompiledPipeline, data: Record<string, unknown>[]): StoredCell {
  const events = data.map((fields, i) => ({
    ...{ type: EVENT_TYPE, id: `${i}`, source: 's', subject: null, partition: 0, seq: i, index: 0 },
    ...{ time: 60_000, logTime: 60_000, data: { symbol: 'A', ...fields } },
  }))
  const [delta] = foldHistory(compiled, { partitions: 1, events }, [100]).cells.values()
  return delta?.cell ?? emptyCell(compiled)
}

describe('cells', () => {
  it('[law 5] merge commutes, associates and leaves a cell as it is when the other is empty', () => {
    fc.assert(
      fc.property(anyDefinition, anyHistory, (definition, history) => {
        const compiled = compilePipeline(definition)
        const cells = [...foldHistory(compiled, history, [9]).cells.values()].map((delta) => delta.cell)
        const empty = emptyCell(compiled)
        const [a = empty, b = empty, c = empty] = cells
        const merge = (x: StoredCell, y: StoredCell) => mergeCells(compiled, x, y)
        expect(merge(a, b)).toEqual(merge(b, a))
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)))
        expect(merge(a, empty)).toEqual(a)
        expect(merge(empty, a)).toEqual(a)
        expect(merge({ ...empty, sketch: null }, a)).toEqual(a)
      }),
      { numRuns: 150 },
    )
  })

  it('answer sums of integers beyond 2^53 exactly, as text', () => {
    const compiled = pipelineOf({ volume: { sum: 'data.size', type: 'int' } })
    const cell = cellOf(
      compiled,
      Array.from({ length: 3 }, () => ({ size: Number.MAX_SAFE_INTEGER })),
    )
    expect(answer(compiled, cell)).toEqual({ volume: '27021597764222973' })
    expect(answer(compiled, cellOf(compiled, [{ size: 5 }, { size: '7' }]))).toEqual({ volume: 12 })
  })

  it('answer decimals as text, padded to the scale that was asked for', () => {
    const compiled = pipelineOf({
      free: { sum: 'data.price', type: 'decimal' },
      fixed: { sum: 'data.price', type: 'decimal', scale: 2 },
      mean: { mean: 'data.price', type: 'decimal', scale: 2 },
    })
    const cell = cellOf(compiled, [{ price: 0.1 }, { price: '0.2' }, { price: '12345678901234567890' }])
    expect(answer(compiled, cell)).toEqual({
      free: '12345678901234567890.3',
      fixed: '12345678901234567890.30',
      mean: '4115226300411522630.10',
    })
  })

  it('answer null where there is no value, never 0, but for sums and counts', () => {
    const compiled = pipelineOf({
      n: { count: true },
      total: { sum: 'data.size' },
      low: { min: 'data.size' },
      mean: { mean: 'data.size' },
      half: { quantile: 'data.size', q: 0.5 },
      venues: { distinct: 'data.venue' },
    })
    expect(answer(compiled, cellOf(compiled, [{ size: 'none' }]))).toEqual({
      n: 1,
      total: 0,
      low: null,
      mean: null,
      half: null,
      venues: 0,
    })
  })

  it('[law 5] keep an exact distinct count, corrected by what later events add', () => {
    const compiled = pipelineOf({ venues: { distinct: 'data.venue' } })
    const venues = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => ({ venue: `venue ${from + i}` }))
    const version = cellOf(compiled, venues(0, 5000))
    const exact = { ...version, acc: ['5000', '5000'] }
    const answerOf = (cell: StoredCell) => answer(compiled, cell).venues
    expect(answerOf(version)).not.toBe(5000)
    expect(answerOf(mergeCells(compiled, exact, cellOf(compiled, [{ size: 1 }])))).toBe(5000)
    expect(answerOf(mergeCells(compiled, exact, cellOf(compiled, venues(0, 300))))).toBe(5000)
    const more = Number(answerOf(mergeCells(compiled, exact, cellOf(compiled, venues(5000, 5300)))))
    expect(Math.abs(more - 5300)).toBeLessThan(100)
  })

  it('of several keys count a value that they share once', () => {
    const compiled = pipelineOf({ n: { count: true }, venues: { distinct: 'data.venue' } })
    const cells = ['x', 'y', 'x'].map((venue) => cellOf(compiled, [{ venue }, { venue: 'z' }]))
    expect(answerTotals(compiled, cells)).toEqual({ n: 6, venues: 3 })
    expect(answerTotals(compiled, [])).toEqual({ n: 0, venues: 0 })
  })
})
