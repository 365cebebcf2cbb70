import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestServices, type TestServices } from '../../clients/testing'
import { provisionStreams } from '../../log'
import { ofType, openUsage } from '../../slo'
import { applyDefinition } from '../apply-definition'
import { costHours } from './cost-store'
import { hourMs } from './price-hour'
import { pricePlan } from './price-plan'
import { readPrices, setPrices } from './prices'
import { readCostFacts } from './read-cost-facts'
import { readCostHours } from './read-cost-hours'
import { readCosts } from './read-costs'
import { Pricing } from './run-costs'

const monthStart = Date.UTC(2026, 2, 1)
const dayMs = 24 * hourMs
const noon = monthStart + 10 * dayMs + 12 * hourMs

let services: TestServices
let now = noon
const clock = { now: () => now }
const deps = () => ({ pool: services.pool, clock })
const pricing = () => new Pricing({ pool: services.pool, nats: services.nats, clock, cores: 2 })

beforeAll(async () => {
  services = await startTestServices()
  await provisionStreams(services.nats, { maxBytes: 128 * 1024 ** 2 })
  await apply('departures', { monthly: 5, currency: 'USD' })
  await apply('arrivals', { monthly: 5, currency: 'EUR' })
})
afterAll(() => services.stop())
beforeEach(async () => {
  now = noon
  await services.pool.query(
    `TRUNCATE usage_minute, cost_hour; DELETE FROM setting WHERE key IN ('prices', 'cost-state')`,
  )
})

async function apply(name: string, budget: { monthly: number; currency: string }): Promise<void> {
  const document = {
    apiVersion: 'parallax/v1',
    kind: 'Pipeline',
    metadata: { name, title: `Title of ${name}`, owner: 'ops', tags: { team: 'ops' } },
    spec: {
      events: { type: 'flight.departed' },
      key: 'data.origin',
      window: { size: '10s' },
      measures: { flights: { count: true } },
      budget,
    },
  }
  await applyDefinition(
    { pool: services.pool, clock, registry: { get: () => Promise.resolve(null) } },
    { input: JSON.stringify(document), actor: 'test', reason: null },
  )
}

interface Used {
  minute: number
  layer: string
  pipeline: string
  cpuMs: number
  bytesRead?: number
  source?: string
}

async function used(rows: readonly Used[]): Promise<void> {
  for (const { minute, layer, pipeline, cpuMs, bytesRead = 0, source = 'test' } of rows)
    await services.pool.query(
      `INSERT INTO usage_minute (minute, source, layer, pipeline, cpu_ms, bytes_read, bytes_written, events)
       VALUES ($1, $2, $3, $4, $5, $6, 0, 10)`,
      [minute, source, layer, pipeline, cpuMs, bytesRead],
    )
}

/** What a pipeline cost in an hour, put there as if it had been priced. */
async function cost(hour: number, pipeline: string, amount: number, layer = 'speed'): Promise<void> {
  await services.pool.query(
    `INSERT INTO cost_hour (hour, pipeline, layer, cpu_s, bytes_scanned, bytes_stored, bytes_in, events, amount)
     VALUES ($1, $2, $3, 1, 0, 0, 1000000, 10, $4)`,
    [hour, pipeline, layer, amount],
  )
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)

describe('pricing an hour', () => {
  it('adds up to what was provisioned, scanned and stored, by pipeline and layer', async () => {
    const hour = noon - hourMs
    await used([
      { minute: hour, layer: 'speed', pipeline: 'departures', cpuMs: 30_000, bytesRead: 5_000_000 },
      { minute: hour, layer: 'batch', pipeline: 'departures', cpuMs: 20_000, bytesRead: 2_000_000_000 },
      { minute: hour, layer: 'log', pipeline: ofType('flight.departed'), cpuMs: 10_000 },
      { minute: hour + 60_000, layer: 'shared', pipeline: '', cpuMs: 1_000 },
    ])
    await pricing().round()
    const { hours } = await readCostHours(deps(), { from: hour, to: noon })
    const layers = hours[0]?.layers
    const provisioned = ((2 * 2) / 60) * 0.048
    const storage = layers?.storage ?? 0
    expect(storage).toBeGreaterThan(0)
    expect(sum(Object.values(layers ?? {}))).toBeCloseTo(provisioned + 2 * 0.005 + storage, 8)
    expect(layers?.batch).toBeCloseTo((20 / 3600) * 0.048 + 2 * 0.005, 8)
    const one = await costHours(services.pool, { from: hour, to: noon }, 'arrivals')
    expect(one.find(({ layer }) => layer === 'log')?.amount).toBeCloseTo((5 / 3600) * 0.048, 8)
  })

  it('again gives the same rows, with usage that came late added', async () => {
    const hour = noon - hourMs
    await used([{ minute: hour, layer: 'speed', pipeline: 'departures', cpuMs: 30_000 }])
    await pricing().round()
    const before = await services.pool.query('SELECT * FROM cost_hour ORDER BY 1, 2, 3')
    await pricing().round()
    expect((await services.pool.query('SELECT * FROM cost_hour ORDER BY 1, 2, 3')).rows).toEqual(before.rows)
    await used([{ minute: hour, layer: 'speed', pipeline: 'departures', cpuMs: 30_000, source: 'late' }])
    await pricing().round()
    const { hours } = await readCostHours(deps(), { from: hour, to: noon })
    expect(hours[0]?.layers.speed).toBeCloseTo((60 / 3600) * 0.048, 8)
  })

  it('leaves out hours in which nothing ran, and prices those that were missed', async () => {
    for (const hours of [30, 5, 1])
      await used([{ minute: noon - hours * hourMs, layer: 'speed', pipeline: 'departures', cpuMs: 1_000 }])
    await pricing().round()
    const { hours } = await readCostHours(deps(), { from: noon - 40 * hourMs, to: noon })
    expect(hours.map(({ hour }) => (noon - hour) / hourMs)).toEqual([30, 5, 1])
  })

  it('says when more CPU was used than is paid for', async () => {
    await used([{ minute: noon - hourMs, layer: 'speed', pipeline: 'departures', cpuMs: 200_000 }])
    await pricing().round()
    expect((await readCosts(deps())).notes.join()).toMatch(/More CPU is used than the cores/)
  })
})

describe('the costs of a month', () => {
  it('are by pipeline and layer, with budgets, tags and cost per TB, and add up', async () => {
    await cost(noon - 3 * hourMs, 'departures', 1)
    await cost(noon - 2 * hourMs, 'departures', 2, 'batch')
    await cost(noon - 2 * hourMs, 'arrivals', 4)
    await cost(noon - 2 * hourMs, '', 3, 'idle')
    await cost(monthStart - hourMs, 'departures', 100)
    const report = await readCosts(deps())
    expect(report).toMatchObject({ from: monthStart, to: Date.UTC(2026, 3, 1) })
    expect(report.total.spent).toBe(10)
    expect(sum(report.pipelines.map(({ spent }) => spent)) + report.unallocated.spent).toBe(10)
    expect(sum(Object.values(report.total.layers))).toBe(10)
    const departures = report.pipelines.find(({ pipeline }) => pipeline === 'departures')
    expect(departures).toMatchObject({
      spent: 3,
      title: 'Title of departures',
      budget: { isComparable: true, used: 0.6, status: 'within' },
      costPerTb: 3 / (2_000_000 / 1e12),
      bytesProcessed: 2_000_000,
    })
    expect(departures?.forecast.confidence).toBe('rough')
    expect(report.tags).toMatchObject([{ tag: 'team', value: 'ops', spent: 7 }])
    expect(report.unallocated.layers.idle).toBe(3)
  })

  it('never mix a budget in one currency with prices in another', async () => {
    await cost(noon - 2 * hourMs, 'arrivals', 4)
    const report = await readCosts(deps())
    const arrivals = report.pipelines.find(({ pipeline }) => pipeline === 'arrivals')
    expect(arrivals?.budget).toMatchObject({ isComparable: false, used: null, status: 'unknown' })
    expect(report.budget).toMatchObject({ monthly: 5, currency: 'USD', used: 0 })
  })

  it('leave out what was priced in another currency, and say how much that is', async () => {
    await cost(noon - 2 * hourMs, 'departures', 4)
    await setPrices(deps(), {
      prices: { currency: 'EUR', cpuHour: 0.04, gbScanned: 0.004, gbStoredMonth: 0.02, cores: 2 },
      actor: 'admin',
      reason: 'test',
    })
    await cost(noon, 'departures', 1)
    now = noon + 10 * 60_000
    const report = await readCosts(deps())
    expect(report.prices).toMatchObject({ currency: 'EUR', by: 'admin', since: noon })
    expect(report.total.spent).toBe(1)
    expect(report.excluded).toMatchObject([{ currency: 'USD', amount: 4, to: noon }])
  })

  it('of an earlier month are its own', async () => {
    await cost(monthStart - hourMs, 'departures', 100)
    await cost(noon - hourMs, 'departures', 1)
    const report = await readCosts(deps(), { month: '2026-02' })
    expect(report.total).toMatchObject({ spent: 100, forecast: { amount: 100 } })
    await expect(readCosts(deps(), { month: '2026-13' })).rejects.toThrow(/as in 2026-03/)
    await expect(readCosts(deps(), { month: '2027-01' })).rejects.toThrow(/has not begun/)
  })

  it('of a pipeline that was removed stay in the list', async () => {
    await cost(noon - hourMs, 'gone', 1, 'storage')
    const { pipelines } = await readCosts(deps())
    expect(pipelines.find(({ pipeline }) => pipeline === 'gone')).toMatchObject({ isRemoved: true, spent: 1 })
  })
})

describe('an unusual hour', () => {
  const usual = async (days: number) => {
    for (let day = 1; day <= days; day++) {
      await cost(noon - hourMs - day * dayMs, 'departures', 1 + (day % 2) * 0.02)
      await cost(noon - hourMs - day * dayMs, 'departures', 0.1, 'batch')
    }
  }

  it('is found against the same hour of seven earlier days, with the layer that moved', async () => {
    await usual(7)
    await cost(noon - hourMs, 'departures', 1)
    await cost(noon - hourMs, 'departures', 2, 'batch')
    const { anomalies } = await readCosts(deps())
    expect(anomalies).toMatchObject([
      { pipeline: 'departures', hour: noon - hourMs, direction: 'above', layer: 'batch', points: 7 },
    ])
    const fact = (await readCostFacts(deps())).find(({ pipeline }) => pipeline === 'departures')
    expect(fact).toMatchObject({ owner: 'ops', currency: 'USD', anomaly: { layer: 'batch' } })
  })

  it('needs seven days of history', async () => {
    await usual(6)
    await cost(noon - hourMs, 'departures', 50)
    expect((await readCosts(deps())).anomalies).toEqual([])
  })

  it('of long ago is no alert any more', async () => {
    await usual(7)
    await cost(noon - hourMs, 'departures', 50)
    now = noon + 2 * hourMs
    expect((await readCosts(deps())).anomalies).toHaveLength(1)
    expect((await readCostFacts(deps())).every(({ anomaly }) => anomaly === null)).toBe(true)
  })

  it('of idle time is none: it falls when anything rises', async () => {
    for (let day = 1; day <= 8; day++) await cost(noon - hourMs - day * dayMs, '', 1, 'idle')
    await cost(noon - hourMs, '', 0.1, 'idle')
    expect((await readCosts(deps())).anomalies).toEqual([])
  })
})

describe('the cost of a plan', () => {
  const planned = { bytes: 2e9, seconds: 3_600 }
  const definition = (currency: string) => ({ name: 'departures', budget: { monthly: 5, currency } })

  it('is the bytes it scans and the CPU it takes, at the prices in force', async () => {
    await cost(noon - hourMs, 'departures', 2)
    expect(await pricePlan(deps(), definition('USD'), planned)).toEqual({
      cost: 2 * 0.005 + 0.048,
      money: {
        currency: 'USD',
        basis: 'one core assumed: no run was measured yet',
        budget: { monthly: 5, spent: 2 },
      },
    })
  })

  it('takes the cores that past runs kept busy', async () => {
    await used([{ minute: noon - hourMs, layer: 'batch', pipeline: 'departures', cpuMs: 20_000 }])
    await services.pool.query(
      `INSERT INTO version (compute_id, number, pipeline, range_from, range_to, epoch, cut, state, schemas, created_by,
                            started_at, finished_at)
       VALUES (1, 1, 'departures', 0, 1, 1, '{1}', 'published', '{}', 'test',
               to_timestamp($1), to_timestamp($1 + 10))`,
      [(noon - hourMs) / 1_000 + 60],
    )
    const { cost: amount } = await pricePlan(deps(), definition('USD'), planned)
    expect(amount).toBeCloseTo(2 * 0.005 + 2 * 0.048, 9)
  })

  it('is held against no budget in another currency', async () => {
    expect((await pricePlan(deps(), definition('EUR'), planned)).money.budget).toBeNull()
  })
})

describe('prices', () => {
  it('are the defaults until somebody sets them, and each change is in the trail', async () => {
    expect(await readPrices(deps())).toMatchObject({ currency: 'USD', by: null })
    const prices = { currency: 'CHF', cpuHour: 1, gbScanned: 2, gbStoredMonth: 3, cores: null }
    await setPrices(deps(), { prices, actor: 'admin', reason: 'new contract' })
    expect(await readPrices(deps())).toEqual({ ...prices, since: noon, by: 'admin' })
    const { rows } = await services.pool.query<{ detail: { change: object; reason: string } }>(
      `SELECT detail FROM audit_entry WHERE action = 'prices.set' ORDER BY seq DESC LIMIT 1`,
    )
    expect(rows[0]?.detail).toMatchObject({
      change: { from: { currency: 'USD' }, to: prices },
      reason: 'new contract',
    })
  })

  it.each([
    [{ currency: 'euro' }, /`currency` is "euro".*three capitals/],
    [{ cpuHour: -1 }, /`cpuHour` is -1/],
    [{ gbScanned: Number.NaN }, /`gbScanned`/],
    [{ cores: 0 }, /`cores` is 0.*or none/],
  ])('that make no sense are refused: %j', async (change, message) => {
    const prices = { currency: 'USD', cpuHour: 1, gbScanned: 1, gbStoredMonth: 1, cores: null, ...change }
    await expect(setPrices(deps(), { prices, actor: 'admin', reason: 'test' })).rejects.toThrow(message)
  })
})

it('a process writes what it used, by the minute, and what is left when it stops', async () => {
  const usage = openUsage({ pool: services.pool, clock, own: 'batch' })
  await usage.during({ layer: 'reconcile', pipeline: 'departures' }, async () => {
    let x = 0
    const cpuUs = () => process.cpuUsage().user + process.cpuUsage().system
    for (const until = cpuUs() + 20_000; cpuUs() < until;)
      for (let i = 0; i < 10_000; i++) x += Math.sqrt(x + i)
    usage.note({ layer: 'batch', pipeline: 'departures', bytesRead: 42 })
    await Promise.resolve()
  })
  await usage.stop()
  const { rows } = await services.pool.query<{ layer: string; cpu: number; bytes: number }>(
    `SELECT layer, cpu_ms AS cpu, bytes_read AS bytes FROM usage_minute WHERE pipeline = 'departures' ORDER BY layer`,
  )
  expect(rows).toMatchObject([{ layer: 'batch', bytes: 42 }, { layer: 'reconcile' }])
  expect(rows[1]?.cpu).toBeGreaterThanOrEqual(20)
})
