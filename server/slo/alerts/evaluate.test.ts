import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coolDownMs, type Book, type IncidentEvent, type Look, type News, type Outcome } from './book'
import { evaluate } from './evaluate'
import { finding, type Finding } from './finding'
import { rulesWith } from './rules'
import type { SilenceRecord } from './silences'
import { explains } from './topology'

const roundMs = 5_000
const rules = rulesWith({})
const empty: Book = { alerts: [], ended: [], incidents: [] }

const look = (findings: Finding[], change: Partial<Look> = {}): Look => ({
  findings,
  blindRules: new Set(),
  rules,
  silences: [],
  routes: [],
  channels: ['ops'],
  runbooks: new Map(),
  ...change,
})

const objective = (indicator: string, pipeline = 'departures') =>
  finding('burn.page_fast', {
    cause: `objective:${pipeline}.${indicator}`,
    pipeline,
    objectiveId: `${pipeline}.${indicator}`,
    title: `${indicator} burns`,
    says: 'burns',
    evidence: { indicator },
  })

const faults = {
  store: finding('store.away', { cause: 'store', title: 'store', says: 'away' }),
  log: finding('log.away', { cause: 'log', title: 'log', says: 'away' }),
  workers: finding('workers.missing', { cause: 'workers:speed', title: 'no speed', says: 'none' }),
  speed: finding('speed.outage', {
    cause: 'speed:departures',
    pipeline: 'departures',
    title: 'speed',
    says: 'wedged',
  }),
  batch: finding('batch.failed', {
    cause: 'batch:departures',
    pipeline: 'departures',
    title: 'batch',
    says: 'failed',
  }),
  drift: finding('drift', {
    cause: 'drift:departures',
    pipeline: 'departures',
    title: 'drift',
    says: 'drift',
  }),
  late: finding('late.ratio', {
    cause: 'late:departures',
    pipeline: 'departures',
    title: 'late',
    says: 'late',
  }),
  divergence: finding('divergence.beyond', {
    cause: 'divergence:departures',
    pipeline: 'departures',
    title: 'beyond',
    says: 'beyond',
  }),
  freshness: objective('freshness'),
  correctness: objective('correctness'),
  other: objective('freshness', 'arrivals'),
  access: finding('access.suspicious', { cause: 'access:10.0.0.1', title: 'access', says: 'many' }),
} satisfies Record<string, Finding>
type Fault = keyof typeof faults

interface Played {
  now: number
  outcome: Outcome
  previous: Book
}

/** Plays rounds as the watcher does: ids made in a round are stored ones in the next. */
function play(
  rounds: { faults: Fault[]; blind?: string[]; change?: Partial<Look> }[],
  from = 1_000_000,
): Played[] {
  let book = empty
  let nextId = 1
  return rounds.map(({ faults: names, blind = [], change = {} }, i) => {
    const now = from + i * roundMs
    const blindRules = new Set(blind)
    const findings = names.map((name) => faults[name]).filter(({ rule }) => !blindRules.has(rule))
    const previous = book
    const outcome = evaluate(previous, look(findings, { blindRules, ...change }), now)
    const ids = new Map<number, number>()
    const stored = (id: number): number => {
      if (id > 0) return id
      const known = ids.get(id) ?? nextId++
      ids.set(id, known)
      return known
    }
    const alert = <T extends Book['alerts'][number]>(one: T): T => ({
      ...one,
      id: stored(one.id),
      incidentId: one.incidentId === null ? null : stored(one.incidentId),
      mutedBy: one.mutedBy?.kind === 'alert' ? { ...one.mutedBy, id: stored(one.mutedBy.id) } : one.mutedBy,
    })
    const next = {
      alerts: outcome.next.alerts.map(alert),
      ended: outcome.next.ended.map(alert),
      incidents: outcome.next.incidents.map((one) => ({ ...one, id: stored(one.id) })),
    }
    book = structuredClone(next)
    const named = <T extends News | IncidentEvent>(one: T): T => ({
      ...one,
      incidentId: stored(one.incidentId),
    })
    return {
      now,
      previous,
      outcome: {
        next,
        incidents: outcome.incidents.map((one) => ({ ...one, id: stored(one.id) })),
        events: outcome.events.map(named),
        news: outcome.news.map(named),
        dropped: outcome.dropped,
      },
    }
  })
}

const names = Object.keys(faults) as Fault[]

/** Faults come and go for stretches; now and then a rule is blind. */
const history = fc
  .array(
    fc.record({
      rounds: fc.integer({ min: 1, max: 30 }),
      faults: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 5 }),
      blind: fc.uniqueArray(fc.constantFrom(...new Set(names.map((name) => faults[name].rule))), {
        maxLength: 2,
      }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((stretches) =>
    stretches.flatMap(({ rounds, ...round }) => Array.from({ length: rounds }, () => round)),
  )

const quiet = (rounds: number) => Array.from({ length: rounds }, () => ({ faults: [] as Fault[] }))

describe('through any history of faults', () => {
  it('a cause has at most one live incident, and each live incident of alerts has one that fires', () => {
    fc.assert(
      fc.property(history, (rounds) => {
        for (const { outcome } of play(rounds)) {
          const open = outcome.next.incidents.filter(({ state }) => state !== 'resolved')
          expect(new Set(open.map(({ cause }) => cause)).size).toBe(open.length)
          const firing = outcome.next.alerts.filter(({ state }) => state === 'firing')
          for (const { cause } of open) expect(firing.some((one) => one.cause === cause)).toBe(true)
          for (const one of firing.filter(({ mutedBy }) => mutedBy === null))
            expect(open.find(({ cause }) => cause === one.cause)?.id).toBe(one.incidentId)
          const prints = outcome.next.alerts.map(({ fingerprint }) => fingerprint)
          expect(new Set(prints).size).toBe(prints.length)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('an effect of a live cause is muted, says by what, and opens no incident', () => {
    fc.assert(
      fc.property(history, (rounds) => {
        for (const { outcome } of play(rounds)) {
          const { alerts } = outcome.next
          for (const effect of alerts) {
            const causes = alerts.filter((one) => explains(one, effect))
            if (causes.length === 0) continue
            expect(effect.mutedBy?.kind).toBe('alert')
            expect(causes.map(({ id }) => id)).toContain(effect.mutedBy?.id)
            expect(effect.mutedUntil).toBeNull()
            const opened = outcome.events.filter(({ kind }) => kind === 'opened' || kind === 'reopened')
            const own = outcome.incidents.find(({ cause }) => cause === effect.cause)
            expect(opened.some(({ incidentId }) => incidentId === own?.id)).toBe(false)
          }
        }
      }),
      { numRuns: 50 },
    )
  })

  it('incidents of one cause are resolved at least a cool-down apart', () => {
    fc.assert(
      fc.property(history, (rounds) => {
        const resolved = new Map<number, number>()
        for (const { outcome, now } of play([...rounds, ...quiet(130)]))
          for (const { incidentId } of outcome.events.filter(({ kind }) => kind === 'resolved')) {
            expect(now - (resolved.get(incidentId) ?? -Infinity)).toBeGreaterThanOrEqual(coolDownMs)
            resolved.set(incidentId, now)
          }
      }),
      { numRuns: 40 },
    )
  })

  it('everything is resolved by itself once the faults are over', () => {
    fc.assert(
      fc.property(history, (rounds) => {
        const last = play([...rounds, ...quiet(70)]).at(-1)
        expect(last?.outcome.next.alerts).toEqual([])
        expect(last?.outcome.next.incidents.filter(({ state }) => state !== 'resolved')).toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  it('the same news is never told twice, and what was told to open is told to end', () => {
    fc.assert(
      fc.property(history, (rounds) => {
        const told = new Set<string>()
        const state = new Map<number, string>()
        for (const { outcome } of play([...rounds, ...quiet(70)]))
          for (const { incidentId, kind, nth } of outcome.news) {
            const key = `${incidentId} ${kind} ${nth}`
            expect(told.has(key)).toBe(false)
            told.add(key)
            if (kind !== 'trigger') expect(state.get(incidentId)).toBe('trigger')
            if (kind === 'trigger' || kind === 'resolve') {
              expect(state.get(incidentId)).not.toBe(kind)
              state.set(incidentId, kind)
            }
          }
        expect([...state.values()].every((kind) => kind === 'resolve')).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('nothing fires or is resolved while its rule is blind', () => {
    fc.assert(
      fc.property(history, (rounds) => {
        const played = play(rounds)
        played.forEach(({ previous, outcome }, i) => {
          const blind = new Set(rounds[i]?.blind)
          const before = previous.alerts.filter(({ rule }) => blind.has(rule))
          for (const one of before)
            expect(
              outcome.next.alerts.find(({ fingerprint }) => fingerprint === one.fingerprint)?.state,
            ).toBe(one.state)
        })
      }),
      { numRuns: 40 },
    )
  })
})

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)
const newsOf = (played: readonly Played[]) => played.flatMap(({ outcome }) => outcome.news)
const kindsOf = (played: readonly Played[]) => newsOf(played).map(({ kind }) => kind)
const liveOf = (played: readonly Played[]) => played.at(-1)?.outcome.next

describe('a cause and its effects', () => {
  it('are one incident, told once, with what it mutes', () => {
    const played = play(times(20, { faults: ['freshness', 'speed', 'log'] as Fault[] }))
    expect(kindsOf(played)).toEqual(['trigger'])
    const next = liveOf(played)
    expect(next?.incidents.map(({ cause }) => cause)).toEqual(['log'])
    expect(next?.alerts.map(({ cause, mutedBy }) => [cause, mutedBy?.says ?? null])).toEqual([
      ['objective:departures.freshness', 'log'],
      ['speed:departures', 'log'],
      ['log', null],
    ])
    expect(next?.incidents[0]).toMatchObject({
      pipelines: ['departures'],
      objectives: ['departures.freshness'],
      severity: 'page',
    })
  })

  it('a cause that is only pending holds its effects back too', () => {
    const played = play([{ faults: ['log', 'freshness'] }, { faults: ['log', 'freshness'] }])
    expect(liveOf(played)?.alerts.map(({ state }) => state)).toEqual(['pending', 'firing'])
    expect(newsOf(played)).toEqual([])
  })

  it('an effect whose cause was only pending is told once that is gone', () => {
    const played = play([{ faults: ['log', 'freshness'] }, { faults: ['freshness'] }])
    expect(newsOf(played).map(({ kind, says }) => [kind, says])).toEqual([['trigger', 'burns']])
  })

  it('what lags behind a cause that has ended stays muted, until when is said', () => {
    const played = play([
      ...times(20, { faults: ['log', 'freshness'] as Fault[] }),
      ...times(20, { faults: ['freshness'] as Fault[] }),
    ])
    const next = liveOf(played)
    expect(kindsOf(played)).toEqual(['trigger', 'resolve'])
    expect(next?.alerts[0]?.mutedUntil).toBeGreaterThan(0)
  })

  it('and is told when it goes on beyond that', () => {
    const played = play([
      ...times(20, { faults: ['log', 'freshness'] as Fault[] }),
      ...times(90, { faults: ['freshness'] as Fault[] }),
    ])
    expect(kindsOf(played)).toEqual(['trigger', 'resolve', 'trigger'])
    expect(
      liveOf(played)
        ?.incidents.filter(({ state }) => state === 'open')
        .map(({ cause }) => cause),
    ).toEqual(['objective:departures.freshness'])
  })

  it('another pipeline’s effect is none', () => {
    expect(explains(faults.speed, faults.freshness)).toBe(true)
    expect(explains(faults.speed, faults.other)).toBe(false)
    expect(explains(faults.log, faults.other)).toBe(true)
  })
})

describe('a fault that comes back', () => {
  const backAfter = (rounds: number) =>
    play([
      ...times(5, { faults: ['drift'] as Fault[] }),
      ...quiet(rounds),
      ...times(3, { faults: ['drift'] as Fault[] }),
    ])

  it('within its quiet was never over', () => {
    expect(kindsOf(backAfter(5))).toEqual(['trigger'])
  })

  it('within the cool-down opens the same incident again', () => {
    const played = backAfter(20)
    expect(kindsOf(played)).toEqual(['trigger', 'resolve', 'trigger'])
    expect(new Set(newsOf(played).map(({ incidentId }) => incidentId)).size).toBe(1)
    expect(newsOf(played).map(({ nth }) => nth)).toEqual(['1', '1', '2'])
  })

  it('after the cool-down opens another', () => {
    expect(new Set(newsOf(backAfter(80)).map(({ incidentId }) => incidentId)).size).toBe(2)
  })
})

describe('escalation', () => {
  const routes = [
    {
      steps: [
        { afterMinutes: 0, channels: ['ops'], says: 'on-call' },
        { afterMinutes: 1, channels: ['lead'], says: 'lead' },
      ],
      repeatHours: 1,
    },
  ]
  const change = { routes, channels: ['ops', 'lead'] }

  it('tells the next step after its time, and reminds after the repeat', () => {
    const played = play(times(800, { faults: ['drift'] as Fault[], change }))
    expect(newsOf(played).map(({ kind, channels }) => [kind, channels])).toEqual([
      ['trigger', ['ops']],
      ['escalate', ['lead']],
      ['update', ['ops', 'lead']],
    ])
  })

  it('tells every step at once of a budget that is spent', () => {
    const spent = { ...objective('correctness'), rule: 'budget.spent' }
    const outcome = evaluate(empty, look([spent], change), 0)
    expect(outcome.news).toMatchObject([{ kind: 'trigger', channels: ['ops', 'lead'] }])
  })

  it('tells of a ticket that becomes a page', () => {
    const ticket = { ...faults.drift, severity: 'ticket' as const }
    const first = evaluate(empty, look([ticket], change), 0)
    const second = evaluate(first.next, look([faults.drift], change), roundMs)
    expect(second.news).toMatchObject([{ kind: 'escalate', channels: ['ops'], severityBefore: 'ticket' }])
  })

  it('ends with the acknowledgement, which is told to all that were', () => {
    const first = evaluate(empty, look([faults.drift], change), 0)
    const [incident] = first.next.incidents
    if (!incident) throw new Error('no incident')
    Object.assign(incident, { state: 'acknowledged', acknowledgedAt: 1, acknowledgedBy: 'ada' })
    const second = evaluate(first.next, look([faults.drift], change), roundMs)
    expect(second.news).toMatchObject([{ kind: 'acknowledge', channels: ['ops'], says: 'ada is on it.' }])
    const third = evaluate(second.next, look([faults.drift], change), 120_000)
    expect(third.news).toEqual([])
  })

  it('goes on when a snooze is over', () => {
    const first = evaluate(empty, look([faults.drift], change), 0)
    Object.assign(first.next.incidents[0] ?? {}, {
      state: 'acknowledged',
      acknowledgedAt: 1,
      acknowledgedBy: 'ada',
      snoozedUntil: 60_000,
    })
    const held = evaluate(first.next, look([faults.drift], change), 59_000)
    expect(held.news.map(({ kind }) => kind)).toEqual(['acknowledge'])
    const woken = evaluate(held.next, look([faults.drift], change), 60_000)
    expect(woken.news.map(({ kind, channels }) => [kind, channels])).toEqual([['escalate', ['lead']]])
  })

  it('a channel that fails is not told that it fails', () => {
    const failing = finding('notification.failing', {
      cause: 'channel:ops',
      title: 'ops fails',
      says: 'refused',
    })
    const played = evaluate(
      evaluate(empty, look([failing], change), 0).next,
      look([failing], { ...change, routes: [] }),
      20_000,
    )
    expect(played.news.map(({ channels }) => channels)).toEqual([['lead']])
  })
})

describe('a silence', () => {
  const silence: SilenceRecord = {
    id: 7,
    kind: 'maintenance',
    match: { pipeline: 'depart*' },
    reason: 'moving house',
    actor: 'ada',
    startsAt: 0,
    endsAt: 1_050_000,
    recurrence: null,
  }

  it('holds back without hiding, and what goes on after it is told', () => {
    const change = { silences: [silence] }
    const played = play(times(15, { faults: ['drift', 'access'] as Fault[], change }))
    const told = newsOf(played).map(({ says }) => says)
    expect(told).toEqual(['many', 'drift'])
    expect(played[3]?.outcome.next.alerts[0]).toMatchObject({
      mutedBy: { kind: 'maintenance', id: 7, says: 'moving house (ada)' },
      mutedUntil: 1_050_000,
    })
  })
})
