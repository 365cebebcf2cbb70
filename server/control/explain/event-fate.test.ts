import { describe, expect, it } from 'vitest'
import { markEvent, type EventDecision, type FateContext } from './event-fate'

const context: FateContext = {
  definition: {
    lateness: { outOfOrderMs: 0, allowedMs: 30_000, beyond: 'defer' },
    dedupeHorizonMs: 600_000,
    windowSizeMs: 10_000,
    filter: null,
    key: [],
  },
  windowStart: 0,
  version: 12,
}
const ordinary: EventDecision = {
  seq: 7,
  index: 0,
  logTime: 1_000_000,
  passes: true,
  usableKey: true,
  winner: true,
  metBySpeed: false,
  late: false,
  inSpeedHole: false,
  unread: false,
  beforeCut: true,
  redriven: false,
  kept: false,
  firstAt: null,
  watermark: 40_000,
}
const mark = (change: Partial<EventDecision>, other: Partial<FateContext> = {}) =>
  markEvent({ ...ordinary, ...change }, { ...context, ...other })

describe('an event behind a figure', () => {
  it('in time and first of its identity, it is counted by both', () => {
    expect(mark({})).toEqual({
      fate: 'counted',
      countedBy: 'both',
      served: true,
      differs: false,
      afterCut: false,
      lateByMs: null,
      reason: 'Counted by speed and by v12',
    })
  })

  it('after the cut it is in the figure through speed, and explains no difference', () => {
    expect(mark({ beforeCut: false })).toMatchObject({
      countedBy: 'speed',
      served: true,
      differs: false,
      afterCut: true,
      reason: 'Counted by speed, after the cut of v12',
    })
  })

  it('late, it is left to batch: counted by it before the cut, by nobody after', () => {
    const late = { late: true, watermark: 40_000 + 1_401_000 }
    expect(mark(late)).toMatchObject({
      fate: 'late',
      countedBy: 'batch',
      served: true,
      differs: true,
      lateByMs: 1_401_000,
      reason: 'Late: its window had been closed for 23 min 21 s, so speed left it to batch; v12 counted it',
    })
    expect(mark({ ...late, beforeCut: false })).toMatchObject({
      countedBy: 'neither',
      served: false,
      differs: true,
      reason: expect.stringContaining('the next recount will count it') as string,
    })
    expect(mark({ ...late, beforeCut: false }, { version: null }).reason).toContain('the first recount')
  })

  it('late where late events are included, it is counted by both', () => {
    const lateness = { ...context.definition.lateness, beyond: 'include' as const }
    const included = mark(
      { late: true, watermark: 45_000 },
      { definition: { ...context.definition, lateness } },
    )
    expect(included).toMatchObject({ fate: 'counted', countedBy: 'both', differs: false, lateByMs: 5_000 })
    expect(included.reason).toContain('closed for 5 s, counted all the same')
  })

  it('a duplicate within the horizon is skipped by both and names the first', () => {
    const found = mark({ winner: false, metBySpeed: true, firstAt: { seq: 3, index: 2, logTime: 900_000 } })
    expect(found).toMatchObject({
      fate: 'duplicate',
      countedBy: 'neither',
      served: false,
      differs: false,
      reason: 'Duplicate of message 3 (event 2), skipped by both layers',
    })
  })

  it('a duplicate beyond the horizon is counted by speed alone', () => {
    const found = { winner: false, firstAt: { seq: 3, index: 0, logTime: 100_000 } }
    expect(mark(found)).toMatchObject({
      fate: 'missed_duplicate',
      countedBy: 'speed',
      served: false,
      differs: true,
      reason:
        'Duplicate of message 3 15 min before, which speed no longer knew (it remembers 10 min of a partition) and counted again; v12 counted the first alone',
    })
    expect(mark({ ...found, beforeCut: false })).toMatchObject({ served: true, differs: true })
  })

  it('a duplicate beyond the horizon that is late too is skipped by both', () => {
    expect(mark({ winner: false, late: true, watermark: 50_000 })).toMatchObject({
      fate: 'duplicate',
      countedBy: 'neither',
      differs: false,
    })
  })

  it('filtered, without a usable key, or not folded yet, it says so', () => {
    expect(mark({ passes: false, winner: false })).toMatchObject({ fate: 'filtered', countedBy: 'neither' })
    expect(mark({ usableKey: false })).toMatchObject({ fate: 'unusable_key', countedBy: 'neither' })
    expect(mark({ unread: true, beforeCut: false })).toMatchObject({
      fate: 'unread',
      countedBy: 'neither',
      served: false,
      differs: false,
    })
  })

  it('kept in quarantine it is counted by nobody until it is put back', () => {
    expect(mark({ kept: true, beforeCut: false })).toMatchObject({
      fate: 'quarantined',
      countedBy: 'neither',
      served: false,
      differs: true,
      reason: expect.stringContaining('in quarantine') as string,
    })
  })

  it('in a stretch the speed layer could not read, batch alone counts it', () => {
    expect(mark({ inSpeedHole: true })).toMatchObject({ fate: 'hole', countedBy: 'batch', differs: true })
  })
})

it('[law 5] whatever is decided, an event is served once or not at all: by batch before the cut, by speed after it', () => {
  const flags = [
    'passes',
    'usableKey',
    'winner',
    'metBySpeed',
    'late',
    'inSpeedHole',
    'unread',
    'beforeCut',
    'kept',
  ] as const
  for (let bits = 0; bits < 2 ** flags.length; bits++) {
    const change = Object.fromEntries(flags.map((flag, i) => [flag, (bits & (1 << i)) !== 0]))
    const event: EventDecision = { ...ordinary, ...change }
    const { served, countedBy, differs, reason } = markEvent(event, context)
    const speed = countedBy === 'both' || countedBy === 'speed'
    const batch = countedBy === 'both' || countedBy === 'batch'
    expect(served).toBe(event.beforeCut ? batch : speed)
    if (event.beforeCut && !event.unread && !event.kept) expect(differs).toBe(speed !== batch)
    expect(reason).toMatch(/^[A-Z].+/)
  }
})
