import type { Pool } from '../../clients'
import type { Definition } from '../../pipeline'
import { logger, type Clock } from '../../platform'
import { pipelinesLimit } from '../apply-definition'
import { definitionOf } from '../pipeline-info'
import { selectPipelines } from '../pipeline-store'
import { firstMinute, readCostState } from './cost-hour-store'
import { amountsOf, byHour, costSum, spentOf } from './cost-sums'
import {
  costDays,
  costHours,
  recentCosts,
  storedNow,
  sumCosts,
  type CostDayRow,
  type CostSumRow,
  type Span,
} from './cost-store'
import { budgetOf, forecastBasisMs, forecastMonth } from './forecast'
import type { CostBudget, CostForecast, CostReport, CostSum, PipelineCost, TagCost } from './model'
import { monthOf, parseMonth } from './month'
import { currencies, pricesAt, readPriceVersions } from './prices'
import { readAnomalies } from './read-anomalies'

const dayMs = 86_400_000
const hourMs = 3_600_000
const hoursShown = 48

export interface CostsDeps {
  pool: Pool
  clock: Clock
}

type Described = Pick<Definition, 'name' | 'title' | 'owner' | 'tags' | 'budget'>

/** What a month has cost so far, by pipeline and layer, against budgets; without `month`, the one under way. */
export async function readCosts(
  { pool, clock }: CostsDeps,
  { month }: { month?: string | undefined } = {},
): Promise<CostReport> {
  const now = clock.now()
  const span = month === undefined ? monthOf(now) : parseMonth(month, now)
  const versions = await readPriceVersions(pool)
  const at = Math.min(now, span.to - 1)
  const prices = pricesAt(versions, at)
  const spans = currencies(versions)
  const measuredFrom = spans.findLast(({ from }) => from <= at)?.from ?? 0
  const counted = { from: Math.max(span.from, measuredFrom), to: span.to }
  const end = Math.min(now, span.to)
  const shown = { from: Math.max(end - hoursShown * hourMs, measuredFrom), to: end }
  const [sums, days, hours, stored, state, pipelines, anomalies, excluded, forecasts] = await Promise.all([
    sumCosts(pool, counted),
    costDays(pool, counted),
    costHours(pool, shown, null),
    storedNow(pool),
    readCostState(pool),
    describedPipelines(pool),
    readAnomalies(pool, span, { now, currency: prices.currency, measuredFrom }),
    excludedOf(pool, span, spans, prices.currency),
    readForecasts(pool, { now, span, measuredFrom }),
  ])
  const sumOf = (rows: readonly CostSumRow[], name: string | null): CostSum =>
    costSum(rows, {
      forecast: forecasts(name, spentOf(amountsOf(rows))),
      bytesStored:
        name === null ? [...stored.values()].reduce((all, bytes) => all + bytes, 0) : (stored.get(name) ?? 0),
    })
  const names = new Set([...pipelines.keys(), ...sums.map(({ pipeline }) => pipeline)])
  names.delete('')
  const listed = [...names].map((name): PipelineCost => {
    const described = pipelines.get(name) ?? null
    const sum = sumOf(
      sums.filter(({ pipeline }) => pipeline === name),
      name,
    )
    return {
      ...sum,
      pipeline: name,
      title: described?.title ?? name,
      owner: described?.owner ?? '',
      tags: described?.tags ?? {},
      isRemoved: described === null,
      budget: budgetIn(described, { ...sum, currency: prices.currency }),
      anomalies: anomalies.filter(({ pipeline }) => pipeline === name),
      days: daysOf(
        days.filter(({ pipeline }) => pipeline === name),
        counted,
        now,
      ),
    }
  })
  const total = sumOf(sums, null)
  return {
    at: now,
    ...span,
    pricedAt: state?.pricedAt ?? null,
    prices,
    cores: prices.cores ?? state?.cores ?? 0,
    total,
    budget: budgetOfAll(listed, prices.currency),
    pipelines: listed.sort(byBudgetThenAmount),
    unallocated: sumOf(
      sums.filter(({ pipeline }) => pipeline === ''),
      '',
    ),
    tags: tagsOf(listed),
    days: [...new Set(days.map(({ day }) => day))].map((day) => {
      const layers = amountsOf(days.filter((row) => row.day === day))
      return { day, layers, spent: spentOf(layers) }
    }),
    hours: byHour(hours),
    anomalies,
    excluded,
    notes: notesOf({
      isOver: state?.isOverProvisioned ?? false,
      now,
      pricedAt: state?.pricedAt ?? null,
      span,
    }),
  }
}

async function describedPipelines(pool: Pool): Promise<Map<string, Described>> {
  const described = new Map<string, Described>()
  for (const stored of await selectPipelines(pool, pipelinesLimit))
    try {
      described.set(stored.name, definitionOf(stored))
    } catch (error) {
      logger('cost').error({ err: error, pipeline: stored.name }, 'its budget is not read')
      described.set(stored.name, { name: stored.name, title: stored.name, owner: '', tags: {}, budget: null })
    }
  return described
}

function budgetIn(
  described: Pick<Definition, 'budget'> | null,
  facts: { spent: number; forecast: CostForecast; currency: string },
): CostBudget | null {
  const { monthly, currency } = (described?.budget ?? {}) as { monthly?: number; currency?: string }
  return monthly === undefined || currency === undefined ? null : budgetOf({ monthly, currency }, facts)
}

/** By pipeline, null for all of them: how the month will end. */
async function readForecasts(
  pool: Pool,
  { now, span, measuredFrom }: { now: number; span: Span; measuredFrom: number },
): Promise<(pipeline: string | null, spent: number) => CostForecast> {
  const since = Math.max(now - forecastBasisMs, measuredFrom)
  const basis = { from: Math.ceil(since / hourMs) * hourMs, to: now }
  const [recent, days, first] = await Promise.all([
    recentCosts(pool, basis),
    costDays(pool, { from: Math.ceil(basis.from / dayMs) * dayMs, to: Math.floor(now / dayMs) * dayMs }),
    firstMinute(pool),
  ])
  return (pipeline, spent) => {
    const rows = recent.filter((row) => pipeline === null || row.pipeline === pipeline)
    const firstHour = Math.min(...rows.map((row) => row.firstHour))
    const basisFrom = rows.length === 0 ? now : Math.max(basis.from, firstHour, first ?? 0)
    const whole = days.filter(
      (row) => row.day >= basisFrom && (pipeline === null || row.pipeline === pipeline),
    )
    return forecastMonth({
      now,
      monthEnd: span.to,
      spent,
      recent: rows.reduce((sum, { amount }) => sum + amount, 0),
      basisFrom,
      days: sumByDay(whole),
    })
  }
}

function sumByDay(rows: readonly CostDayRow[]): number[] {
  const byDay = new Map<number, number>()
  for (const { day, amount } of rows) byDay.set(day, (byDay.get(day) ?? 0) + amount)
  return [...byDay].sort(([a], [b]) => a - b).map(([, amount]) => amount)
}

function daysOf(rows: readonly CostDayRow[], { from, to }: Span, now: number): number[] {
  const last = Math.min(to - 1, now)
  const days: number[] = []
  for (let day = Math.floor(from / dayMs) * dayMs; day <= last; day += dayMs)
    days.push(rows.reduce((sum, row) => (row.day === day ? sum + row.amount : sum), 0))
  return days
}

function budgetOfAll(pipelines: readonly PipelineCost[], currency: string): CostBudget | null {
  const comparable = pipelines.filter(({ budget }) => budget?.isComparable)
  if (comparable.length === 0) return null
  const sum = (value: (pipeline: PipelineCost) => number) =>
    comparable.reduce((all, pipeline) => all + value(pipeline), 0)
  const known = comparable.every(({ forecast }) => forecast.amount !== null)
  const rough = comparable.some(({ forecast }) => forecast.confidence !== 'good')
  return budgetOf(
    { monthly: sum(({ budget }) => budget?.monthly ?? 0), currency },
    {
      currency,
      spent: sum(({ spent }) => spent),
      forecast: {
        amount: known ? sum(({ forecast }) => forecast.amount ?? 0) : null,
        low: null,
        high: null,
        confidence: !known ? 'none' : rough ? 'rough' : 'good',
        basisHours: Math.min(...comparable.map(({ forecast }) => forecast.basisHours)),
        says: '',
      },
    },
  )
}

const byBudgetThenAmount = (a: PipelineCost, b: PipelineCost) =>
  (b.budget?.used ?? -1) - (a.budget?.used ?? -1) || b.spent - a.spent || (a.pipeline < b.pipeline ? -1 : 1)

function tagsOf(pipelines: readonly PipelineCost[]): TagCost[] {
  const tags = new Map<string, TagCost>()
  for (const { pipeline, tags: own, spent, forecast } of pipelines)
    for (const [tag, value] of Object.entries(own)) {
      const known = tags.get(`${tag}\n${value}`) ?? { tag, value, spent: 0, forecast: 0, pipelines: [] }
      tags.set(`${tag}\n${value}`, known)
      known.spent += spent
      known.forecast =
        known.forecast === null || forecast.amount === null ? null : known.forecast + forecast.amount
      known.pipelines.push(pipeline)
    }
  return [...tags.values()].sort((a, b) => (a.tag === b.tag ? b.spent - a.spent : a.tag < b.tag ? -1 : 1))
}

async function excludedOf(
  pool: Pool,
  span: Span,
  spans: readonly { currency: string; from: number; to: number }[],
  currency: string,
): Promise<CostReport['excluded']> {
  const excluded: CostReport['excluded'] = []
  for (const other of spans) {
    const from = Math.max(other.from, span.from)
    const to = Math.min(other.to, span.to)
    if (other.currency === currency && to === span.to) continue
    if (from >= to) continue
    const amount = spentOf(amountsOf(await sumCosts(pool, { from, to })))
    if (amount > 0) excluded.push({ currency: other.currency, amount, from, to })
  }
  return excluded
}

const staleMs = 5 * 60_000

function notesOf({
  isOver,
  now,
  pricedAt,
  span,
}: {
  isOver: boolean
  now: number
  pricedAt: number | null
  span: Span
}): string[] {
  return [
    ...(pricedAt === null
      ? ['Nothing has been priced yet: the first figures come within a minute of the start.']
      : now < span.to && now - pricedAt > staleMs
        ? ['Prices are behind: no process of the role slo has priced for over five minutes.']
        : []),
    ...(isOver
      ? ['More CPU is used than the cores that are paid for: set the number of cores in the prices.']
      : []),
  ]
}
