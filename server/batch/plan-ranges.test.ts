import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planChunks, rowsIn } from './plan-chunks'
import { maxClusters, planRanges, spanMs } from './plan-ranges'

const hour = 3_600_000
const size = 10_000
const plan = (dirty: [number, number][], closedUpTo: number, windowSizeMs = size) =>
  planRanges({ dirty: dirty.map(([from, to]) => ({ from, to })), windowSizeMs, closedUpTo })

describe('the ranges of a scheduled run', () => {
  it('are snapped to whole spans, and end with the last closed window', () => {
    expect(plan([[5 * hour + 20_000, 5 * hour + 30_000]], 9 * hour)).toEqual([
      { from: 5 * hour, to: 6 * hour },
    ])
    expect(plan([[5 * hour + 20_000, 5 * hour + 30_000]], 5 * hour + 44_000)).toEqual([
      { from: 5 * hour, to: 5 * hour + 40_000 },
    ])
  })

  it('leave out windows that are not closed', () => {
    expect(plan([[5 * hour, 5 * hour + size]], 5 * hour + size - 1)).toEqual([])
    expect(plan([], 9 * hour)).toEqual([])
  })

  it('are as long as sixty windows, where these are longer than an hour', () => {
    expect(spanMs(size)).toBe(hour)
    expect(spanMs(86_400_000)).toBe(60 * 86_400_000)
    expect(spanMs(7 * 60_000) % (7 * 60_000)).toBe(0)
  })

  it('are joined across an hour, and by the smallest gaps beyond 32', () => {
    expect(
      plan(
        [
          [0, size],
          [2 * hour, 2 * hour + size],
        ],
        99 * hour,
      ),
    ).toEqual([{ from: 0, to: 3 * hour }])
    const far = Array.from({ length: 40 }, (_, i): [number, number] => [i * 10 * hour, i * 10 * hour + size])
    far.push([390 * hour + 20 * hour, 390 * hour + 20 * hour + size])
    const ranges = plan(far, 9_999 * hour)
    expect(ranges).toHaveLength(maxClusters)
    expect(ranges.at(-1)?.from).toBe(410 * hour)
  })

  it('are in order, disjoint, whole windows, closed, and hold every dirty closed window', () => {
    const windows = fc.array(fc.integer({ min: -2_000, max: 2_000 }), { maxLength: 60 })
    fc.assert(
      fc.property(
        windows,
        fc.constantFrom(size, 420_000, hour, 86_400_000),
        fc.integer(),
        (starts, ms, end) => {
          const closedUpTo = (end % 3_000) * ms + (end % 7)
          const dirty = starts.map((i): [number, number] => [i * ms, (i + 1) * ms])
          const ranges = plan(dirty, closedUpTo, ms)
          expect(ranges.length).toBeLessThanOrEqual(maxClusters)
          ranges.forEach(({ from, to }, i) => {
            expect(from).toBeLessThan(to)
            expect([Math.abs(from % ms), Math.abs(to % ms)]).toEqual([0, 0])
            expect(to).toBeLessThanOrEqual(closedUpTo)
            expect(from).toBeGreaterThanOrEqual(ranges[i - 1]?.to ?? -Infinity)
          })
          for (const [from, to] of dirty) {
            const held = ranges.some((range) => range.from <= from && to <= range.to)
            if (to <= closedUpTo) expect(held).toBe(true)
          }
        },
      ),
    )
  })
})

describe('the chunks of a run', () => {
  const segments = [{ minTime: 0, maxTime: 10 * hour - 1, rows: 100 }]

  it('are one where the rows fit', () => {
    const range = { from: 0, to: 10 * hour }
    expect(planChunks({ range, windowSizeMs: size, segments, chunkRows: 100 })).toEqual([range])
  })

  it('are parts of an hour where one hour holds more than fits', () => {
    const range = { from: 0, to: hour }
    const busy = [{ minTime: 0, maxTime: hour - 1, rows: 3_000 }]
    const chunks = planChunks({ range, windowSizeMs: size, segments: busy, chunkRows: 1_000 })
    expect(chunks).toEqual([
      { from: 0, to: hour / 3 },
      { from: hour / 3, to: (2 * hour) / 3 },
      { from: (2 * hour) / 3, to: hour },
    ])
    expect(planChunks({ range, windowSizeMs: size, segments: busy, chunkRows: 1 })).toHaveLength(12)
  })

  it('hold about so many rows, end on hours, and together are the range', () => {
    const range = { from: size, to: 9 * hour + size }
    const chunks = planChunks({ range, windowSizeMs: size, segments, chunkRows: 31 })
    expect(chunks).toEqual(
      [
        { from: size, to: 3 * hour },
        { from: 3 * hour, to: 6 * hour },
        { from: 6 * hour, to: 9 * hour },
        { from: 9 * hour, to: 9 * hour + size },
      ]
        .slice(0, chunks.length - 1)
        .concat(chunks.slice(-1)),
    )
    expect(chunks[0]?.from).toBe(range.from)
    expect(chunks.at(-1)?.to).toBe(range.to)
    for (const chunk of chunks)
      expect(rowsIn(segments[0] ?? { minTime: 0, maxTime: 0, rows: 0 }, chunk)).toBeLessThan(32)
  })
})
