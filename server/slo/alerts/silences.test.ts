import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matches, occurrenceAt, silenceState, type SilenceRecord } from './silences'

const hour = 3_600_000
const day = 24 * hour
const start = Date.UTC(2026, 0, 31, 22)
const silence = (change: Partial<SilenceRecord> = {}): SilenceRecord => ({
  id: 1,
  kind: 'maintenance',
  match: {},
  reason: '',
  actor: '',
  startsAt: start,
  endsAt: start + 2 * hour,
  recurrence: null,
  ...change,
})

describe('an occurrence', () => {
  it('is half-open', () => {
    expect(occurrenceAt(silence(), start - 1)).toBeNull()
    expect(occurrenceAt(silence(), start)).toEqual({ from: start, to: start + 2 * hour })
    expect(occurrenceAt(silence(), start + 2 * hour)).toBeNull()
  })

  it.each(['day', 'week'] as const)('comes again every %s, until the end', (every) => {
    const step = every === 'day' ? day : 7 * day
    const recurring = silence({ recurrence: { every, until: start + 3 * step } })
    fc.assert(
      fc.property(fc.integer({ min: -day, max: 5 * step }), (offset) => {
        const at = start + offset
        const isIn = offset >= 0 && offset % step < 2 * hour && Math.floor(offset / step) < 3
        expect(occurrenceAt(recurring, at) !== null).toBe(isIn)
      }),
    )
  })

  it('of a month is on the same day, or on the last one', () => {
    const monthly = silence({ recurrence: { every: 'month', until: null } })
    const starts = [Date.UTC(2026, 1, 28, 22), Date.UTC(2026, 2, 31, 22), Date.UTC(2026, 3, 30, 22)]
    for (const from of starts)
      expect(occurrenceAt(monthly, from + hour)).toEqual({ from, to: from + 2 * hour })
    expect(occurrenceAt(monthly, Date.UTC(2026, 2, 15))).toBeNull()
  })
})

it('between two occurrences it is to come, and after its last it is over', () => {
  const recurring = silence({ recurrence: { every: 'day', until: start + 3 * day } })
  const at = (offset: number) => silenceState(recurring, start + offset)
  expect([-1, 0, 5 * hour, 2 * day, 3 * day].map(at)).toEqual([
    'pending',
    'active',
    'pending',
    'active',
    'expired',
  ])
  expect(silenceState(silence(), start + 2 * hour)).toBe('expired')
})

describe('a match', () => {
  const alert = {
    rule: 'speed.outage',
    pipeline: 'departures',
    cause: 'speed:departures',
    severity: 'page',
    owner: null,
  } as const

  it.each([
    [{ pipeline: 'departures' }, true],
    [{ pipeline: 'depart*' }, true],
    [{ pipeline: 'depart' }, false],
    [{ rule: 'speed.*', severity: 'page' }, true],
    [{ rule: 'speed.*', severity: 'ticket' }, false],
    [{ owner: 'ops' }, false],
    [{ cause: '*' }, true],
  ] as const)('%j: %s', (match, expected) => {
    expect(matches(match, alert)).toBe(expected)
  })
})
