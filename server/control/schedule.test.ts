import { describe, expect, it } from 'vitest'
import { isDue, type Scheduled } from './schedule'

const pipeline: Scheduled = { everyMs: 300_000, hasEvents: true, hasVersion: true, last: null }
const ran = (change: Partial<NonNullable<Scheduled['last']>>) => ({
  ...pipeline,
  last: { createdAt: 0, finished: true, wasEmpty: false, ...change },
})

describe('isDue', () => {
  it('waits for the first event', () => {
    expect(isDue({ ...pipeline, hasEvents: false }, 0)).toBe(false)
    expect(isDue(pipeline, 0)).toBe(true)
  })

  it('never runs a pipeline that reconciles only when asked', () => {
    expect(isDue({ ...pipeline, everyMs: Infinity }, 0)).toBe(false)
  })

  it('runs once a period', () => {
    expect(isDue(ran({}), 299_999)).toBe(false)
    expect(isDue(ran({}), 300_000)).toBe(true)
  })

  it('does not pile runs up behind one that takes longer than the period', () => {
    expect(isDue(ran({ finished: false }), 900_000)).toBe(false)
  })

  it('tries again soon while no window has closed yet', () => {
    const young = { ...ran({ wasEmpty: true }), hasVersion: false }
    expect(isDue(young, 9_999)).toBe(false)
    expect(isDue(young, 10_000)).toBe(true)
    expect(isDue(ran({ wasEmpty: true }), 10_000)).toBe(false)
  })
})
