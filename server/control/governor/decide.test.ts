import { describe, expect, it } from 'vitest'
import { decide, slowBytesPerS, type GovernorInput } from './decide'

const calm: GovernorInput = {
  freshness: [{ pipeline: 'trips', lagS: 0, underS: 5 }],
  store: { connectionShare: 0.1, commitMs: 10 },
  quotas: [],
  wasHeld: false,
}
const lag = (lagS: number, underS = 5) => ({ freshness: [{ pipeline: 'trips', lagS, underS }] })
const free = { allow: null, throttle: null }
const eased = { allow: 1, throttle: slowBytesPerS }
const held = { allow: 0, throttle: slowBytesPerS }

describe('the governor', () => {
  it.each<[string, Partial<GovernorInput>, object, RegExp | null]>([
    ['lets all go while all is calm', {}, free, null],
    ['lets all go without a pipeline', { freshness: [] }, free, null],
    ['lets all go just below half of the objective', lag(2.4), free, null],
    ['eases from half of the objective on', lag(2.5), eased, /trips is 2.5 s behind; its objective is 5 s/],
    ['eases just below the objective', lag(4.9), eased, /4.9 s/],
    ['[law 10] holds backfills when the objective is broken', lag(5), held, /5 s behind/],
    ['measures each pipeline by its own objective', lag(5, 60), free, null],
    ['goes on holding until well below the objective', { ...lag(4.5), wasHeld: true }, held, /4.5 s/],
    ['eases, no longer holds, below the release', { ...lag(3.9), wasHeld: true }, eased, /3.9 s/],
    ['lets go after holding when all is calm', { wasHeld: true }, free, null],
    ['does not start to hold where it would go on holding', lag(4.5), eased, /4.5 s/],
    [
      'eases when connections grow scarce',
      { store: { connectionShare: 0.6, commitMs: 1 } },
      eased,
      /60 % of the store/,
    ],
    ['holds when connections run out', { store: { connectionShare: 0.9, commitMs: 1 } }, held, /90 %/],
    ['lets go below that', { store: { connectionShare: 0.59, commitMs: 1 } }, free, null],
    ['eases when commits grow slow', { store: { connectionShare: 0, commitMs: 250 } }, eased, /250 ms/],
    ['holds when commits take a second', { store: { connectionShare: 0, commitMs: 1_000 } }, held, /1000 ms/],
  ])('%s', (_title, change, expected, reason) => {
    const decision = decide({ ...calm, ...change })
    expect(decision).toMatchObject(expected)
    expect(decision.spent).toEqual([])
    if (reason === null) expect(decision.reasons).toEqual([])
    else expect(decision.reasons.join(' ')).toMatch(reason)
  })

  it('names every cause, worst first', () => {
    const { reasons } = decide({
      ...calm,
      freshness: [
        { pipeline: 'a', lagS: 4, underS: 5 },
        { pipeline: 'b', lagS: 50, underS: 5 },
        { pipeline: 'c', lagS: 1, underS: 5 },
      ],
      store: { connectionShare: 0.95, commitMs: 1 },
    })
    expect(reasons.map((reason) => reason.split(' ')[0])).toEqual(['b', '95', 'a'])
  })

  it('stops a pipeline whose quota of the day is used up, and no other', () => {
    const quotas = [
      { pipeline: 'a', perDay: 1_000, usedToday: 999 },
      { pipeline: 'b', perDay: 1_000_000, usedToday: 2_000_000 },
    ]
    const decision = decide({ ...calm, quotas })
    expect(decision.allow).toBeNull()
    expect(decision.spent).toEqual([
      {
        pipeline: 'b',
        reason: "Today's quota of 1 MB for b is used up (2 MB); it goes on after 00:00 UTC.",
      },
    ])
  })
})
