import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rankCandidates, type CandidateFact } from './candidates'

const minute = 60_000
const firstSignAt = 100 * minute
const sign = { cause: 'speed:departures', firstSignAt, pipelines: ['departures'] }

const fact = (given: Partial<CandidateFact>): CandidateFact => ({
  kind: 'definition',
  at: firstSignAt - minute,
  until: null,
  pipeline: 'departures',
  title: 'A fact',
  says: '',
  href: null,
  amount: 1,
  ...given,
})

const titles = (facts: CandidateFact[], of = sign) => rankCandidates(facts, of).map(({ title }) => title)

describe('candidates for a cause', () => {
  it('rank a layer that stands still before a change an hour ago', () => {
    const facts = [
      fact({ title: 'changed', at: firstSignAt - 60 * minute }),
      fact({ title: 'paused', kind: 'paused', at: firstSignAt - 90 * minute }),
    ]
    expect(titles(facts)).toEqual(['paused', 'changed'])
  })

  it('count a pause that had ended before the first sign by when it ended', () => {
    const ended = fact({ kind: 'paused', at: 0, until: firstSignAt - 80 * minute })
    const [found] = rankCandidates([ended], sign)
    expect(found?.fit).toBe('weak')
  })

  it('hold nothing that came after the first sign', () => {
    expect(titles([fact({ at: firstSignAt + 5 * minute })])).toEqual([])
  })

  it('depend on what the incident is about', () => {
    const facts = [
      fact({ title: 'backfill', kind: 'backfill', until: null, at: firstSignAt - minute }),
      fact({ title: 'changed', kind: 'definition', at: firstSignAt - minute }),
    ]
    expect(titles(facts, { ...sign, cause: 'cost:departures' })[0]).toBe('backfill')
    expect(titles(facts, { ...sign, cause: 'drift:departures' })[0]).toBe('changed')
  })

  it('count facts of another pipeline less', () => {
    const facts = [fact({ title: 'there', pipeline: 'arrivals' }), fact({ title: 'here' })]
    expect(titles(facts)).toEqual(['here', 'there'])
  })

  it('take a burst of dead letters for more than a single one', () => {
    const one = fact({ title: 'one', kind: 'dead letters', amount: 1 })
    const many = fact({ title: 'many', kind: 'dead letters', amount: 200 })
    expect(titles([one, many], { ...sign, cause: 'schema:flight.departed' })).toEqual(['many', 'one'])
  })

  it('are in order, bounded and no surer the further back they lie', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { maxLength: 60 }), (ages) => {
        const facts = ages.map((age, i) => fact({ title: String(i), at: firstSignAt - age * minute }))
        const ranked = rankCandidates(facts, sign)
        expect(ranked.length).toBeLessThanOrEqual(12)
        expect(ranked.every(({ weight }) => weight >= 0 && weight <= 1)).toBe(true)
        const at = ranked.map((one) => one.at)
        expect(at).toEqual([...at].sort((a, b) => b - a))
      }),
    )
  })
})
