import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineOf, lineStep, meanShare, minuteMs, spellsOf } from './lateness'

const at = (minute: number, good: number, total = 100) => ({
  pipeline: 'a',
  minute: minute * minuteMs,
  good,
  total,
})

describe('spells', () => {
  it('minutes in a row below the target are one spell, to scale', () => {
    expect(spellsOf([at(3, 100), at(4, 50), at(5, 98), at(6, 99), at(9, 0)], 0.99)).toEqual([
      { from: 4 * minuteMs, to: 6 * minuteMs, good: 148, total: 200 },
      { from: 9 * minuteMs, to: 10 * minuteMs, good: 0, total: 100 },
    ])
  })

  it('a minute without data is no part of a spell and ends one', () => {
    expect(spellsOf([at(1, 0), at(2, 0, 0), at(3, 0)], 0.99).map(({ from }) => from / minuteMs)).toEqual([
      1, 3,
    ])
  })

  it('spells last as long as there are late minutes, whatever their order', () => {
    const minutes = fc.uniqueArray(fc.record({ minute: fc.nat(200), good: fc.nat(100) }), {
      selector: ({ minute }) => minute,
    })
    fc.assert(
      fc.property(minutes, (points) => {
        const spells = spellsOf(
          points.map(({ minute, good }) => at(minute, good)),
          0.9,
        )
        const late = points.filter(({ good }) => good < 90).length
        expect(spells.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(late * minuteMs)
        for (const [i, spell] of spells.entries()) expect(spell.from).not.toBe(spells[i - 1]?.to)
      }),
    )
  })
})

describe('the line', () => {
  it('is the mean of the pipelines that have data, so that a busy one does not hide a quiet one', () => {
    const quiet = { ...at(0, 0, 1), pipeline: 'quiet' }
    expect(lineOf([at(0, 1_000, 1_000), quiet], { from: 0, to: minuteMs, stepMs: minuteMs })).toEqual([
      { at: 0, share: 0.5, good: 1_000, total: 1_001 },
    ])
  })

  it('has a gap where nothing was measured, never a zero', () => {
    const line = lineOf([at(0, 9, 10), at(2, 9, 10)], { from: 0, to: 3 * minuteMs, stepMs: minuteMs })
    expect(line.map(({ share }) => share)).toEqual([0.9, null, 0.9])
  })

  it('has at most a hundred points', () => {
    fc.assert(
      fc.property(fc.integer({ min: minuteMs, max: 35 * 86_400_000 }), (range) => {
        expect(range / lineStep(range)).toBeLessThanOrEqual(100)
      }),
    )
  })
})

it('a share of nothing is not known', () => {
  expect(meanShare([{ good: 0, total: 0 }])).toEqual({ share: null, good: 0, total: 0 })
})
