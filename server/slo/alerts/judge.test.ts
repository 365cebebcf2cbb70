import { describe, expect, it } from 'vitest'
import type { AlertFacts, PipelineFact } from './facts'
import { judge } from './judge'
import { defaultRules, rulesWith } from './rules'
import { pipelineFact } from './testing'

const now = Date.UTC(2026, 0, 31, 8)
const rules = rulesWith({})

const well: AlertFacts = {
  store: { isAway: false, says: 'answers' },
  log: { isAway: false, says: 'answers' },
  roundGapS: 5,
  workers: { roles: ['speed', 'archive', 'batch'].map((role) => ({ role, alive: 1, lastBeatAt: now })) },
  archive: { lagMessages: 100, stalledSince: null, retention: null },
  pipelines: [{ ...pipelineFact(), growth: 0 }],
  runs: [
    {
      pipeline: 'departures',
      lastSuccessAt: now - 200_000,
      expectedSince: 0,
      failed: null,
      retrying: null,
      failuresLastHour: 0,
    },
  ],
  quality: [
    {
      pipeline: 'departures',
      eventType: 'flight.departed',
      events: 10_000,
      duplicates: 20,
      late: 100,
      minutes: 5,
    },
  ],
  rejections: [],
  comparisons: [
    { pipeline: 'departures', versionId: 1, at: now, cells: 500, beyond: 10, drifting: 0, from: 0, to: 10 },
  ],
  corrections: { waiting: 0, oldestAt: null },
  costs: [],
  access: [],
  traffic: [],
  probes: [{ pipeline: 'departures', lastAt: now - 30_000 }],
  channels: [{ name: 'ops', kind: 'slack', waiting: 0, oldestAt: null, failedLately: 0, lastError: null }],
  keys: [],
  objectives: [],
  disks: [],
  holes: [],
}

const found = (change: Partial<AlertFacts>) => judge({ ...well, ...change }, rules, now).findings
const shown = (change: Partial<AlertFacts>) =>
  found(change).map(({ rule, cause, severity }) => [rule, cause, severity ?? rules.get(rule)?.severity])
const departures = (change: Partial<PipelineFact>): Partial<AlertFacts> => ({
  pipelines: [{ ...pipelineFact(), growth: 0, ...change }],
})
const run = (change: object): Partial<AlertFacts> => ({ runs: [{ ...well.runs![0]!, ...change }] })
const failedRun = {
  jobId: 'j',
  kind: 'scheduled',
  at: now,
  error: 'Out of memory.',
  attempts: 3,
  from: 1,
  to: 2,
}

const disk = (change: object) => ({
  host: 'here',
  part: 'log',
  used: 0.1,
  freeBytes: 1024 ** 3,
  isFull: false,
  ...change,
})

describe('what holds', () => {
  it('is nothing where all is well', () => {
    expect(found({})).toEqual([])
  })

  it.each([
    [
      'Postgres away',
      { store: { isAway: true, says: 'is not reachable' } },
      [['store.away', 'store', 'page']],
    ],
    ['NATS away', { log: { isAway: true, says: 'is not reachable' } }, [['log.away', 'log', 'page']]],
    [
      'no speed worker',
      { workers: { roles: [{ role: 'speed', alive: 0, lastBeatAt: null }] } },
      [['workers.missing', 'workers:speed', 'page']],
    ],
    [
      'an archive far behind',
      { archive: { lagMessages: 60_000, stalledSince: null, retention: null } },
      [['archive.behind', 'archive', 'page']],
    ],
    [
      'an archive that has lost events',
      {
        archive: {
          lagMessages: 0,
          stalledSince: null,
          retention: null,
          lost: { stretches: 2, types: ['trip.ended'] },
        },
      },
      [['archive.lost', 'lost', 'page']],
    ],
    [
      'an archive that stands still',
      { archive: { lagMessages: 1, stalledSince: now - 301_000, retention: null } },
      [['archive.behind', 'archive', 'page']],
    ],
    [
      'what is not archived, half as old as the log keeps it',
      {
        archive: { lagMessages: 1, stalledSince: null, retention: { ageS: 86_400, waitsS: 43_200 } },
      },
      [['archive.retention', 'archive', 'page']],
    ],
    [
      'a disk that fills up, and no other',
      { disks: [disk({ used: 0.849 }), disk({ used: 0.85, part: 'archive' })] },
      [['disk.filling', 'disk:here:archive', 'page']],
    ],
    [
      'a small disk without room for more',
      { disks: [disk({ used: 0.5, isFull: true })] },
      [['disk.filling', 'disk-full:here:log', 'page']],
    ],
    [
      'events that are gone',
      {
        holes: [
          { layer: 'archive', types: ['sale'], stretches: 1, messages: 30, says: 'The log lost them.' },
        ],
      },
      [['events.lost', 'hole:archive', 'page']],
    ],
    [
      'F1, a run that used up its attempts',
      run({ failed: failedRun }),
      [['batch.failed', 'batch:departures', 'page']],
    ],
    [
      'F1, a run that is tried again',
      run({ retrying: { jobId: 'j', attempts: 2, maxAttempts: 3, error: 'x' } }),
      [['batch.failed', 'batch:departures', 'page']],
    ],
    [
      'F1, no run for two periods and a minute',
      run({ lastSuccessAt: now - 661_000 }),
      [['batch.late', 'batch:departures', 'page']],
    ],
    [
      'F2, a wedged worker',
      departures({ diagnosis: 'wedged', waiting: 10, oldestS: 31 }),
      [['speed.outage', 'speed:departures', 'page']],
    ],
    [
      'F2, a pause that is forgotten',
      departures({ diagnosis: 'paused', waiting: 10, oldestS: 31 }),
      [['speed.outage', 'speed:departures', 'ticket']],
    ],
    [
      'F2, one that gets further behind',
      departures({ diagnosis: 'behind', waiting: 2_000, oldestS: 31, growth: 500 }),
      [
        ['speed.outage', 'speed:departures', 'page'],
        ['backlog.growing', 'speed:departures', 'ticket'],
      ],
    ],
    [
      'F2, a catch-up too slow for what the log keeps',
      departures({ waiting: 10, catchUpAt: now + 9_000_000, timeToDataLossS: 8_000 }),
      [['backlog.retention', 'speed:departures', 'page']],
    ],
    [
      'F3',
      { quality: [{ ...well.quality![0]!, duplicates: 101 }] },
      [['duplicates.rate', 'duplicates:departures', 'page']],
    ],
    [
      'F4',
      {
        rejections: [
          {
            eventType: 'flight.departed',
            count: 120,
            minutes: 5,
            codes: ['schema'],
            sources: [],
            example: null,
          },
        ],
      },
      [['schema.errors', 'schema:flight.departed', 'page']],
    ],
    [
      'F4, single bad events among many good ones',
      {
        rejections: [
          {
            eventType: 'flight.departed',
            count: 50,
            minutes: 5,
            codes: ['schema'],
            sources: [],
            example: null,
          },
        ],
      },
      [],
    ],
    [
      'F5',
      { comparisons: [{ ...well.comparisons![0]!, drifting: 1 }] },
      [['drift', 'drift:departures', 'page']],
    ],
    [
      'F5, compared again since without drift',
      {
        comparisons: [
          { ...well.comparisons![0]!, drifting: 1 },
          { ...well.comparisons![0]!, at: well.comparisons![0]!.at + 1 },
        ],
      },
      [],
    ],
    [
      'F5, found again',
      {
        comparisons: [
          { ...well.comparisons![0]!, drifting: 1 },
          { ...well.comparisons![0]!, at: well.comparisons![0]!.at + 1, drifting: 1 },
        ],
      },
      [['drift', 'drift:departures', 'page']],
    ],
    [
      'divergence beyond tolerance',
      { comparisons: [{ ...well.comparisons![0]!, beyond: 201 }] },
      [['divergence.beyond', 'divergence:departures', 'ticket']],
    ],
    [
      'F6',
      {
        costs: [
          {
            pipeline: 'departures',
            currency: 'USD',
            anomaly: { hour: 0, amount: 9, usual: 1, z: 8, share: 8, says: 'Nine times.' },
            budget: { monthly: 100, spent: 20, forecast: 130 },
          },
        ],
      },
      [
        ['cost.anomaly', 'cost:departures', 'ticket'],
        ['cost.budget', 'cost:departures', 'ticket'],
      ],
    ],
    [
      'F7',
      { quality: [{ ...well.quality![0]!, late: 1_501 }] },
      [['late.ratio', 'late:departures', 'ticket']],
    ],
    [
      'F8',
      { access: [{ who: '10.0.0.1', count: 10, minutes: 10, kinds: ['sign-in'], lastAt: now }] },
      [['access.suspicious', 'access:10.0.0.1', 'page']],
    ],
    [
      'events that stay away',
      { traffic: [{ pipeline: 'departures', busyMinutes: 60, quietSince: now - 601_000 }] },
      [['events.absent', 'absent:flight.departed', 'ticket']],
    ],
    [
      'a probe that does not come through',
      { probes: [{ pipeline: 'departures', lastAt: now - 181_000 }] },
      [['probe.failed', 'probe:departures', 'page']],
    ],
    [
      'corrections that wait',
      { corrections: { waiting: 3, oldestAt: now - 121_000 } },
      [['corrections.stuck', 'corrections', 'ticket']],
    ],
    [
      'a channel that does not deliver',
      { channels: [{ ...well.channels![0]!, waiting: 1, oldestAt: now - 601_000 }] },
      [['notification.failing', 'channel:ops', 'ticket']],
    ],
    ['a late watcher', { roundGapS: 31 }, [['watcher.late', 'watcher', 'ticket']]],
    ['a watcher that does not see', { costs: null }, [['watcher.late', 'watcher', 'ticket']]],
  ] as [string, Partial<AlertFacts>, unknown[]][])('%s', (_what, change, expected) => {
    expect(shown(change)).toEqual(expected)
  })

  it.each([
    [
      'a replay of history that catches up',
      departures({ diagnosis: 'behind', waiting: 90_000, oldestS: 86_400, growth: -5_000 }),
    ],
    [
      'a paused batch that is late',
      { ...departures({ isBatchPaused: true }), ...run({ lastSuccessAt: null }) },
    ],
    [
      'a pipeline without a schedule',
      { ...departures({ batchEveryMs: Infinity }), ...run({ lastSuccessAt: null }) },
    ],
    ['a share of few events', { quality: [{ ...well.quality![0]!, events: 50, duplicates: 50 }] }],
    ['a share of few cells', { comparisons: [{ ...well.comparisons![0]!, cells: 10, beyond: 10 }] }],
    ['what the log says of its absence', { log: { isAway: false, says: '' }, roundGapS: null }],
  ] as [string, Partial<AlertFacts>][])('is not %s', (_what, change) => {
    expect(found(change)).toEqual([])
  })
})

describe('objectives', () => {
  const burning = (pair: 'page_fast' | 'ticket_slow', change: object = {}): Partial<AlertFacts> => ({
    objectives: [
      {
        id: 'departures.freshness',
        title: 'Fresh',
        pipeline: 'departures',
        indicator: 'freshness',
        owner: 'ops',
        urgency: 'page',
        status: 'burning',
        budgetLeft: 0.4,
        usedIn24h: 0.2,
        exhaustedInS: 7_200,
        burns: [
          {
            pair,
            severity: pair === 'page_fast' ? 'page' : 'ticket',
            longMinutes: 60,
            shortMinutes: 5,
            threshold: 14.4,
            long: 20,
            isFiring: true,
          },
        ],
        ...change,
      },
    ],
  })

  it('burn by their pairs, under one cause', () => {
    expect(shown(burning('page_fast'))).toEqual([
      ['burn.page_fast', 'objective:departures.freshness', 'page'],
    ])
    expect(shown(burning('ticket_slow'))).toEqual([
      ['burn.ticket_slow', 'objective:departures.freshness', 'ticket'],
    ])
    expect(found(burning('page_fast'))[0]?.says).toBe(
      'It burns 20.0 × as fast as the budget allows over 60 min (limit 14.4); the budget is gone in 2 h.',
    )
    expect(found(burning('page_fast', { budgetLeft: -0.2, exhaustedInS: 0 }))[0]?.says).toBe(
      'It burns 20.0 × as fast as the budget allows over 60 min (limit 14.4); the budget is spent.',
    )
  })

  it('that are never urgent are tickets', () => {
    expect(shown(burning('page_fast', { urgency: 'ticket' }))).toEqual([
      ['burn.page_fast', 'objective:departures.freshness', 'ticket'],
    ])
  })

  it('page the on-call above half of the budget in a day, and the lead above all of it', () => {
    expect(shown(burning('page_fast', { burns: [], usedIn24h: 0.6 }))).toEqual([
      ['budget.half', 'objective:departures.freshness', 'page'],
    ])
    expect(shown(burning('page_fast', { burns: [], usedIn24h: 1.2 })).map(([rule]) => rule)).toEqual([
      'budget.half',
      'budget.spent',
    ])
    expect(rules.get('budget.spent')?.isForLead).toBe(true)
  })

  it('composed of others say nothing: their parts do', () => {
    expect(found(burning('page_fast', { indicator: null }))).toEqual([])
  })
})

describe('a part that is not seen', () => {
  it('makes its rules blind, and says so once', () => {
    const { blind, blindRules, findings } = judge({ ...well, pipelines: null, runs: null }, rules, now)
    expect(blind).toEqual(['pipelines', 'runs'])
    expect([...blindRules].sort()).toEqual(
      [
        'backlog.growing',
        'backlog.retention',
        'batch.failed',
        'batch.late',
        'events.absent',
        'speed.outage',
      ].sort(),
    )
    expect(findings.map(({ rule, says }) => [rule, says])).toEqual([
      ['watcher.late', 'Not seen: pipelines, runs.'],
    ])
  })

  it('is no news of its own where its source is away', () => {
    expect(shown({ log: { isAway: true, says: 'away' }, pipelines: null, archive: null })).toEqual([
      ['log.away', 'log', 'page'],
    ])
  })
})

it('a window near the most keys it may have is a ticket, one its pipeline was stopped for a page', () => {
  const window = { pipeline: 'departures', windowStart: now, keys: 79_999, limit: 100_000, isHeld: false }
  expect(shown({ keys: [window] })).toEqual([])
  const near = shown({ keys: [{ ...window, keys: 80_000 }] })
  expect(near).toEqual([['cardinality.limit', 'speed:departures', 'ticket']])
  const held = shown({ keys: [{ ...window, keys: 100_400, isHeld: true }] })
  expect(held).toEqual([['cardinality.limit', 'speed:departures', 'page']])
})

it('a rule that is switched off finds nothing', () => {
  const changed = rulesWith({ drift: { isEnabled: false } })
  expect(
    judge({ ...well, comparisons: [{ ...well.comparisons![0]!, drifting: 1 }] }, changed, now).findings,
  ).toEqual([])
})

it('every rule has a name of its own', () => {
  expect(new Set(defaultRules.map(({ name }) => name)).size).toBe(defaultRules.length)
})
