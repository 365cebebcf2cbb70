import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { indicators, type ObjectiveSpec } from '../../model'
import { checkSpec } from '../check-spec'
import { unitOf } from '../indicator-table'
import { readOpenSlo, type Problem } from './document'
import { readSlo } from './read-slo'
import { writeSlo } from './write-slo'

const text = (max: number) => fc.string({ minLength: 1, maxLength: max }).map((s) => s.trim() || 'x')
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/)

const window = fc.oneof(
  fc
    .integer({ min: 60, max: 400 * 1_440 })
    .map((minutes) => ({ kind: 'rolling' as const, days: minutes / 1_440 })),
  fc.record({
    kind: fc.constant('calendar' as const),
    unit: fc.constantFrom('day' as const, 'week' as const, 'month' as const, 'quarter' as const),
    count: fc.integer({ min: 1, max: 12 }),
    start: fc.constantFrom('2026-01-05', '2022-01-01 12:00:00'),
    zone: fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata'),
  }),
)

const minutes = fc.constantFrom(1, 5, 15, 60)
const budgeting = fc.oneof(
  fc.constant({ method: 'occurrences' as const }),
  fc.record({ method: fc.constant('timeslices' as const), minutes, target: fc.constantFrom(0.5, 0.99, 1) }),
  fc.record({ method: fc.constant('ratio_timeslices' as const), minutes }),
)

const leaf: fc.Arbitrary<ObjectiveSpec> = fc
  .record({
    pipeline: name,
    own: name,
    indicator: fc.constantFrom(...indicators),
    threshold: fc.double({ min: 0, max: 1e6, noNaN: true }),
    title: text(80),
    owner: text(40),
    target: fc.double({ min: 0.01, max: 0.99999, noNaN: true }),
    window,
    budgeting,
    minTotal: fc.nat(1_000),
    urgency: fc.constantFrom('page' as const, 'ticket' as const),
    labels: fc.dictionary(fc.constantFrom('team', 'tier'), fc.string({ maxLength: 20 })),
  })
  .map(({ pipeline, own, indicator, threshold, ...rest }) =>
    checkSpec({
      ...rest,
      id: `${pipeline}.${own}`,
      name: own,
      sli: { pipeline, indicator, threshold: unitOf(indicator) === null ? 0 : threshold },
      parts: [],
    }),
  )

function read(document: string): { specs: ObjectiveSpec[]; problems: Problem[] } {
  const documents = readOpenSlo(document)
  const problems: Problem[] = []
  const specs = documents.flatMap((one) =>
    one.document.kind === 'SLO'
      ? readSlo(one.document, documents, problems).map(({ spec }) => checkSpec(spec))
      : [],
  )
  return { specs, problems }
}

describe('an objective', () => {
  it('written as OpenSLO reads as the same objective', () => {
    fc.assert(
      fc.property(leaf, (spec) => {
        expect(read(stringify(writeSlo(spec, [])))).toEqual({ specs: [spec], problems: [] })
      }),
    )
  })

  it('of parts reads as the same, with its parts and their weights', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(leaf, { minLength: 1, maxLength: 4, selector: ({ id }) => id }),
        window,
        (some, own) => {
          const parts = some.map((part) =>
            checkSpec({ ...part, labels: {}, window: own, budgeting: { method: 'occurrences' } }),
          )
          const whole = checkSpec({
            ...{ id: 'whole', name: 'whole', title: 'Whole', owner: 'ops', sli: null, target: 0.97 },
            ...{ window: own, minTotal: 7, parts: parts.map(({ id }, i) => ({ id, weight: i + 0.5 })) },
          })
          expect(read(stringify(writeSlo(whole, parts)))).toEqual({ specs: [...parts, whole], problems: [] })
        },
      ),
    )
  })
})

const ours = { 'parallax/pipeline': 'search', 'parallax/indicator': 'latency' }
const anyMetric = { metricSource: { type: 'Any', spec: { query: 'Any' } } }
const slo = (spec: Record<string, unknown>, annotations: Record<string, string> = ours) => ({
  apiVersion: 'openslo/v1',
  kind: 'SLO',
  metadata: { name: 'search-slo', displayName: 'Search', annotations },
  spec: { service: 'web', ...spec },
})
const threshold = { metadata: { name: 'time' }, spec: { thresholdMetric: anyMetric } }
const ratio = { metadata: { name: 'codes' }, spec: { ratioMetric: { good: anyMetric, total: anyMetric } } }

describe('documents of the form of the specification’s examples', () => {
  it('occurrences of a threshold over two weeks', () => {
    const document = slo({
      indicator: threshold,
      timeWindow: [{ duration: '2w', isRolling: true }],
      budgetingMethod: 'Occurrences',
      objectives: [{ displayName: 'Good experience', op: 'lt', value: 500, target: 0.99 }],
      alertPolicies: null,
    })
    expect(read(stringify(document)).specs).toMatchObject([
      {
        id: 'search.search-slo',
        sli: { pipeline: 'search', indicator: 'latency', threshold: 500 },
        target: 0.99,
        window: { kind: 'rolling', days: 14 },
      },
    ])
  })

  it('time slices of a ratio in months of a zone, as two objectives', () => {
    const document = slo({
      indicator: ratio,
      timeWindow: [
        {
          duration: '1m',
          isRolling: false,
          calendar: { startTime: '2022-01-01 12:00:00', timeZone: 'America/New_York' },
        },
      ],
      budgetingMethod: 'Timeslices',
      objectives: [
        { displayName: 'Internal', op: 'gt', target: 0.995, timeSliceTarget: 0.99, timeSliceWindow: '1m' },
        { displayName: 'SLA', targetPercent: 99, timeSliceTarget: 0.99, timeSliceWindow: 1 },
      ],
    })
    const shared = {
      window: {
        kind: 'calendar',
        unit: 'month',
        count: 1,
        start: '2022-01-01 12:00:00',
        zone: 'America/New_York',
      },
      budgeting: { method: 'timeslices', minutes: 1, target: 0.99 },
    }
    expect(read(stringify(document)).specs).toMatchObject([
      { id: 'search.search-slo', title: 'Search: Internal', target: 0.995, ...shared },
      { id: 'search.search-slo-2', title: 'Search: SLA', target: 0.99, ...shared },
    ])
  })

  it('the mean of slices', () => {
    const document = slo({
      indicator: ratio,
      timeWindow: [{ duration: '2w', isRolling: true }],
      budgetingMethod: 'RatioTimeslices',
      objectives: [{ op: 'gt', timeSliceWindow: '1m', target: 0.99 }],
    })
    expect(read(stringify(document)).specs[0]?.budgeting).toEqual({ method: 'ratio_timeslices', minutes: 1 })
  })

  it('an SLI and a data source that it refers to', () => {
    const documents = [
      {
        apiVersion: 'openslo/v1',
        kind: 'DataSource',
        metadata: { name: 'here' },
        spec: { type: 'Parallax', connectionDetails: {} },
      },
      {
        apiVersion: 'openslo/v1',
        kind: 'SLI',
        metadata: { name: 'waiting' },
        spec: {
          thresholdMetric: {
            metricSource: { metricSourceRef: 'here', spec: { pipeline: 'p', indicator: 'backlog' } },
          },
        },
      },
      slo({ indicatorRef: 'waiting', objectives: [{ op: 'lt', value: 100, target: 0.9 }] }, {}),
    ]
    const { specs, problems } = read(documents.map((one) => stringify(one)).join('---\n'))
    expect(problems).toEqual([])
    // Fewer than 100 waiting: at most 99.
    expect(specs).toMatchObject([{ sli: { pipeline: 'p', indicator: 'backlog', threshold: 99 } }])
  })
})

const refusals: [string, Record<string, unknown>, string][] = [
  [
    'a metric of another product',
    slo({ indicator: ratio, objectives: [{ target: 0.9 }] }, {}),
    'spec.indicator',
  ],
  ['a target of 0', slo({ indicator: ratio, objectives: [{ target: 0 }] }), 'spec.objectives[0]'],
  [
    'slices without their length',
    slo({
      indicator: ratio,
      budgetingMethod: 'Timeslices',
      objectives: [{ target: 0.9, timeSliceTarget: 0.9 }],
    }),
    'spec.objectives[0].timeSliceWindow',
  ],
  [
    'an SLI that is not there',
    slo({ indicatorRef: 'none', objectives: [{ target: 0.9 }] }),
    'spec.indicatorRef',
  ],
  [
    'a bound from below',
    slo({ indicator: threshold, objectives: [{ op: 'gt', value: 1, target: 0.9 }] }),
    'spec.objectives[0].op',
  ],
  [
    'a duration nobody knows',
    slo({ indicator: ratio, timeWindow: [{ duration: '2x' }], objectives: [{ target: 0.9 }] }),
    'spec.timeWindow[0].duration',
  ],
]

describe('what cannot be taken in', () => {
  it.each(refusals)('%s is refused at its place', (_what, document, place) => {
    const { specs, problems } = read(stringify(document))
    expect(specs).toEqual([])
    expect(problems).toHaveLength(1)
    expect(problems[0]?.path).toBe(`SLO search-slo: ${place}`)
    expect(problems[0]?.expected).toMatch(/^expected /)
  })

  it('names the document and the field that are not of the specification', () => {
    const wrong = { ...slo({ indicator: ratio, objectives: [{ target: 2 }] }), kind: 'SLO' }
    expect(() => readOpenSlo(stringify(wrong))).toThrow(/document 1: spec\.objectives\.0\.target/)
    expect(() => readOpenSlo('a: [')).toThrow(/document 1: YAML or JSON/)
    expect(() => readOpenSlo('')).toThrow(/at least one document/)
  })
})
