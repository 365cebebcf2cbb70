import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addSample, joinLine, paceOf, type BacklogSample } from './pace'

test('one look tells no pace', () => {
  expect(paceOf([{ at: 0, folded: 5, waiting: 1 }])).toEqual({ inPerS: null, outPerS: null, catchUpAt: null })
})

test('in, out and the meeting of both follow from what was folded and what waits', () => {
  fc.assert(
    fc.property(
      fc.record({
        out: fc.integer({ min: 0, max: 5_000 }),
        into: fc.integer({ min: 0, max: 5_000 }),
        waiting: fc.integer({ min: 0, max: 1_000_000 }),
        seconds: fc.integer({ min: 2, max: 60 }),
      }),
      ({ out, into, waiting, seconds }) => {
        const last = waiting + (into - out) * seconds
        fc.pre(last >= 0)
        const pace = paceOf([
          { at: 0, folded: 100, waiting },
          { at: seconds * 1_000, folded: 100 + out * seconds, waiting: last },
        ])
        expect(pace.outPerS).toBeCloseTo(out, 6)
        expect(pace.inPerS).toBeCloseTo(into, 6)
        if (last === 0 || out <= into) expect(pace.catchUpAt).toBeNull()
        else expect(pace.catchUpAt).toBe(Math.round(seconds * 1_000 + (last / (out - into)) * 1_000))
      },
    ),
  )
})

test('looks are kept some seconds apart and for ten minutes, the newest always', () => {
  let samples: BacklogSample[] = []
  for (let at = 0; at <= 700_000; at += 1_000) samples = addSample(samples, { at, folded: at, waiting: 0 })
  expect(samples.at(-1)?.at).toBe(700_000)
  expect(samples[0]?.at).toBeGreaterThanOrEqual(100_000)
  expect(samples.length).toBeLessThan(200)
})

test('the line has stored minutes first and no instant twice', () => {
  const line = joinLine(
    [
      { at: 60_000, events: 5 },
      { at: 120_000, events: 7 },
    ],
    [
      { at: 110_000, folded: 0, waiting: 6 },
      { at: 130_000, folded: 0, waiting: 8 },
    ],
  )
  expect(line).toEqual([
    { at: 60_000, events: 5 },
    { at: 120_000, events: 7 },
    { at: 130_000, events: 8 },
  ])
})
