import { describe, expect, it } from 'vitest'
import { anomalySays, judgeHour } from './anomaly'

const hour = { amount: 10, usual: 10, deviation: 1, points: 7, isOpen: false }

describe('an hour is unusual', () => {
  it('only when both keys turn: three deviations and more than 25 %', () => {
    expect(judgeHour({ ...hour, amount: 13 })).toEqual({ z: 3, off: 0.3, direction: 'above' })
    // 20 deviations, but only 20 %.
    expect(judgeHour({ ...hour, amount: 12, deviation: 0.1 })).toBeNull()
    // 90 %, but within three deviations.
    expect(judgeHour({ ...hour, amount: 19, deviation: 4 })).toBeNull()
    expect(judgeHour({ ...hour, amount: 12.5, deviation: 0.1 })).toBeNull()
  })

  it('below the usual too, once it has ended', () => {
    expect(judgeHour({ ...hour, amount: 5 })).toMatchObject({ z: -5, off: -0.5, direction: 'below' })
    expect(judgeHour({ ...hour, amount: 5, isOpen: true })).toBeNull()
  })

  it('while it still runs, as soon as it costs too much already', () => {
    expect(judgeHour({ ...hour, amount: 14, isOpen: true })).toMatchObject({ direction: 'above' })
  })

  it('with fewer than seven days to compare with never', () => {
    expect(judgeHour({ ...hour, amount: 1_000, points: 6 })).toBeNull()
  })

  it('against days that all cost the same, by the share alone, and without a z', () => {
    expect(judgeHour({ ...hour, amount: 13, deviation: 0 })).toEqual({
      z: null,
      off: 0.3,
      direction: 'above',
    })
    expect(judgeHour({ ...hour, deviation: 0 })).toBeNull()
  })

  it('when it usually costs nothing, without a share', () => {
    expect(judgeHour({ ...hour, amount: 1, usual: 0, deviation: 0 })).toMatchObject({ z: null, off: null })
  })
})

it('says what it cost, what is usual and which layer moved', () => {
  const says = anomalySays(
    { amount: 0.5, usual: 0.1, points: 9, isOpen: false, layer: 'batch', off: 4, z: 12, direction: 'above' },
    'USD',
  )
  expect(says).toBe(
    'It cost 0.5 USD (+400 %); the same hour of 9 earlier days cost 0.1 on average. Most of it is batch.',
  )
})
