import { describe, expect, test } from 'vitest'
import type { Overview } from '@/server/api'
import { costStatement, freshStatement, objectivesHeading, periodWords, rightStatement } from './sentences'
import { textOf } from './statement'

const hour = 3_600_000
const day = 24 * hour
const at = Date.UTC(2026, 10, 18, 14, 32)

const figures = (attained: number | null) => ({ good: 0, total: 0, attained, budgetLeft: 0.6 })
const overall = (id: string, target: number, attained: number | null) => ({
  id,
  target,
  days: 30,
  status:
    attained === null ? ('no_data' as const) : attained < target ? ('exhausted' as const) : ('met' as const),
  now: figures(attained),
  then: figures(attained),
  burns: [],
  probeShare: 0,
})
const pipeline = (name: string, ageMs: number, isRecovering: boolean | null = null) => ({
  name,
  owner: 'team',
  underMs: 5_000,
  ageMs,
  isLate: ageMs > 5_000,
  isRecovering,
  health: 'ok' as const,
  reason: null,
  spells: [],
  lateMs: 0,
})

function fresh(
  attained: number | null,
  pipelines: ReturnType<typeof pipeline>[],
): Pick<Overview, 'fresh' | 'at'> {
  return {
    at,
    fresh: {
      overall: overall('all-freshness', 0.99, attained),
      measuredSince: at - 90 * day,
      stepMs: 900_000,
      line: [],
      pipelinesTotal: pipelines.length,
      lateTotal: pipelines.filter(({ isLate }) => isLate).length,
      pipelines,
    },
  }
}

describe('how fresh', () => {
  test('all well is said in one sentence and one figure', () => {
    const said = freshStatement(fresh(0.9973, [pipeline('a', 0), pipeline('b', 400)]))
    expect(said.figure).toEqual({ value: '99.73', unit: '%' })
    expect(said.status).toBe('ok')
    expect(textOf(said.says)).toBe(
      'of reads in 30 d saw data under 5 s old (target 99 %). Both pipelines are current now.',
    )
  })

  test('who is late, by how much and whether it recovers, with a link to it', () => {
    const said = freshStatement(
      fresh(0.9973, [
        pipeline('payments-settled', 521_000, false),
        pipeline('b', 9_000, true),
        pipeline('c', 0),
      ]),
    )
    expect(said.heading).toBe('two pipelines are late')
    expect(said.status).toBe('warn')
    expect(textOf(said.says)).toContain(
      'Now two of three pipelines are late, most of all payments-settled by 8 min 41 s and not recovering.',
    )
    expect(said.says.find(({ strong }) => strong)?.href).toBe('/pipelines/payments-settled')
  })

  test('without data there is no figure, and never 100 %', () => {
    const said = freshStatement(fresh(null, [pipeline('a', 0)]))
    expect(said.figure).toBeNull()
    expect(said.status).toBe('unknown')
    expect(textOf(said.says)).toContain('No read was measured in 30 d')
  })

  test('a young installation does not claim 30 days', () => {
    expect(periodWords(30, at - 42 * 60_000, at)).toBe('in the 42 min since measuring began')
    expect(periodWords(30, at - 31 * day, at)).toBe('in 30 d')
    expect(periodWords(30, null, at)).toBe('in 30 d')
  })

  test('pipelines that the page has no room for are counted all the same', () => {
    const { fresh: some } = fresh(0.99, [pipeline('a', 9_000)])
    const said = freshStatement({ at, fresh: { ...some, pipelinesTotal: 900, lateTotal: 40 } })
    expect(textOf(said.says)).toContain('Now 40 of 900 pipelines are late')
  })
})

describe('how right', () => {
  const right = (part: Partial<Overview['right']>): Pick<Overview, 'right' | 'at'> => ({
    at,
    right: {
      overall: overall('all-correctness', 0.999, 0.9994),
      measuredSince: at - 90 * day,
      tolerance: 0.001,
      stepMs: day,
      line: [],
      corrections: { values: 1_000, median: 0.00018, byCause: [] },
      largestToday: null,
      notMet: [],
      ...part,
    },
  })

  test('says the share confirmed, the median correction and the largest of today with its cause', () => {
    const said = rightStatement(
      right({
        largestToday: {
          pipeline: 'bag-scans',
          measure: 'scans',
          key: 'FRA',
          windowStart: at,
          relative: 0.0466,
          cause: 'late',
        },
        notMet: ['bag-scans'],
      }),
    )
    expect(said.figure?.value).toBe('99.94')
    expect(said.heading).toBe('one pipeline is under target')
    expect(textOf(said.says)).toBe(
      'of values served in 30 d matched batch within 0.1 % (target 99.9 %). Median correction 0.02 %; largest today 4.66 %, in bag-scans (late).',
    )
    expect(
      said.says.some(({ href }) => href?.startsWith('/divergence?pipeline=bag-scans&measure=scans')),
    ).toBe(true)
  })

  test('nothing corrected is said as such', () => {
    const said = rightStatement(right({ corrections: { values: 0, median: null, byCause: [] } }))
    expect(textOf(said.says)).toContain('Batch corrected none of them.')
  })

  test('before the first comparison nothing is claimed', () => {
    expect(rightStatement(right({ overall: null }))).toMatchObject({ figure: null, status: 'unknown' })
  })
})

describe('what it cost', () => {
  test('is unknown before anything was priced', () => {
    expect(costStatement({ cost: null })).toMatchObject({ figure: null, status: 'unknown' })
  })

  test('says spent, forecast against the budget, who goes over and what a million events cost', () => {
    const cost = {
      currency: 'USD',
      over: ['fares-quoted'],
      total: {
        spent: 4_182,
        events: 13_490_322_580,
        forecast: { amount: 7_126, confidence: 'good' },
        layers: {},
      },
      budget: { monthly: 7_300, isComparable: true, status: 'within' },
      pipelines: [{ pipeline: 'fares-quoted', budget: { used: 0.6, forecastUsed: 1.12 } }],
    } as unknown as NonNullable<Overview['cost']>
    const said = costStatement({ cost })
    expect(said.figure?.value).toBe('$4,182')
    expect(said.heading).toBe('one pipeline will go over')
    expect(textOf(said.says)).toBe(
      'spent of $7,300 this month; forecast $7,126, 2.38 % under. fares-quoted heads for 12.0 % over its own budget. $0.31 per million events.',
    )
  })
})

test('the objectives are headed by how many there are and how many are not met', () => {
  expect(objectivesHeading({ objectives: { total: 34, notMet: 2, worst: [] } })).toBe(
    'worst budget first, 0 of 34 objectives, two not met',
  )
})
