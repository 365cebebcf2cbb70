import { describe, expect, it } from 'vitest'
import { formatSpan } from './span-duration'
import { stageShares } from './stage-shares'
import { attributeRows, placeOf, traceTitle } from './trace-words'

describe('a span', () => {
  it.each([
    [0, '0 ms'],
    [0.0004, '1 µs'],
    [0.42, '420 µs'],
    [4.216, '4.2 ms'],
    [412.3, '412 ms'],
    [1_500, '1.5 s'],
    [192_000, '3 min 12 s'],
  ])('of %d ms reads %s', (ms, text) => {
    expect(formatSpan(ms)).toBe(text)
  })

  it('lies where it was, never outside its trace', () => {
    expect(placeOf({ startMs: 25, durationMs: 50 }, 100)).toEqual({ left: 0.25, width: 0.5 })
    expect(placeOf({ startMs: 90, durationMs: 50 }, 100).width).toBeCloseTo(0.1)
    expect(placeOf({ startMs: 0, durationMs: 0 }, 0)).toEqual({ left: 0, width: 1 })
  })

  it('tells its error first and what has no value not at all', () => {
    expect(attributeRows({ attributes: { zone: 'a', seq: 7, error: 'no room', job: null } })).toEqual([
      ['error', 'no room'],
      ['seq', '7'],
      ['zone', 'a'],
    ])
  })
})

describe('a trace', () => {
  it('has shares by stage that add up, the longest marked once', () => {
    const shares = stageShares([
      { stage: 'gateway', ms: 10 },
      { stage: 'speed', ms: 70 },
      { stage: 'commit', ms: 20 },
    ])
    expect(shares.map(({ share }) => share)).toEqual([0.1, 0.7, 0.2])
    expect(shares.filter(({ isLongest }) => isLongest).map(({ stage }) => stage)).toEqual(['speed'])
    expect(stageShares([{ stage: 'log', ms: 0 }])).toEqual([])
  })

  it('is called after what it is of', () => {
    expect(traceTitle({ name: 'ingest' })).toBe('Event by the gateway')
    expect(traceTitle({ name: 'GET /pipelines/{name}/values' })).toBe('GET /pipelines/{name}/values')
  })
})
