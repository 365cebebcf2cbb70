import { describe, expect, it } from 'vitest'
import { bridgeOf } from './waterfall'

const none = {
  late: '0',
  duplicate: '0',
  invalid: '0',
  approximation: '0',
  hole: '0',
  schema: '0',
  drift: '0',
}

describe('the bridge from batch to speed', () => {
  it('takes the causes one after the other, each from where the last ended', () => {
    const { steps, none: rest } = bridgeOf({
      causes: { ...none, late: '-198', hole: '-20', duplicate: '11', schema: '1' },
      events: { late: 198, duplicate: 11 },
    })
    expect(steps.map(({ cause, amount, events }) => [cause, amount, events])).toEqual([
      ['late', '-198', 198],
      ['hole', '-20', null],
      ['schema', '1', null],
      ['duplicate', '11', 11],
    ])
    const ends = steps.map(({ left, width }) => [left, left + width].map((n) => Math.round(n * 218)))
    expect(ends).toEqual([
      [20, 218],
      [0, 20],
      [0, 1],
      [1, 12],
    ])
    expect(rest).toEqual(['invalid', 'approximation', 'drift'])
  })

  it('without a difference it has no step', () => {
    expect(bridgeOf({ causes: none, events: {} }).steps).toEqual([])
  })

  it('drops a zero of many digits', () => {
    expect(bridgeOf({ causes: { ...none, late: '0.000', drift: '-0.5' }, events: {} }).steps).toEqual([
      { cause: 'drift', amount: '-0.5', events: null, left: 0, width: 1 },
    ])
  })
})
