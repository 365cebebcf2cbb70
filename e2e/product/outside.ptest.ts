import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recount, type Recounted, type Sale } from './recount'
import { applyPlan } from './apply-plan'
import { startProduct, until, type Product } from './start-product'

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const random = mulberry32(seed)
const baseMs = Date.UTC(2024, 2, 31, 0, 50)
const stores = ['Zürich', '東京', 'São Paulo', 'a|b,"c"', 'x'.repeat(100), '🛫']

const definition = `
apiVersion: parallax/v1
kind: Pipeline
metadata: { name: takings, title: Takings by store, owner: outside }
spec:
  events: { type: shop.sale }
  filter: data.quantity > 0
  key: data.store
  window: { size: 1m }
  lateness: { outOfOrder: 5s, allowed: 30s, beyond: BEYOND }
  measures:
    orders: { count: true }
    revenue: { sum: data.amount, type: decimal, scale: 2 }
    items: { sum: data.quantity, type: int }
    heaviest: { max: data.weight }
    weight_avg: { mean: data.weight }
    customers: { distinct: data.customer }
`

let product: Product
let sales: Sale[]

beforeAll(async () => {
  console.log(`seed ${String(seed)}`)
  product = await startProduct({ feed: 'none' })
  sales = history()
  for (const beyond of ['defer', 'include']) {
    const response = await product.call('/api/v1/pipelines', {
      method: 'POST',
      headers: { 'content-type': 'application/yaml' },
      body: definition.replace('BEYOND', beyond).replace('name: takings', `name: takings-${beyond}`),
    })
    expect(response.status, await response.clone().text()).toBe(201)
  }
}, 180_000)

afterAll(async () => {
  await product.stop()
})

describe('the product from outside', () => {
  it('accepts events in every content type and rejects the broken ones by index', async () => {
    let accepted = 0
    let duplicates = 0
    const counted = new Set<string>()
    for (let from = 0; from < sales.length; from += 200) {
      const chunk = sales.slice(from, from + 200).map(asEvent)
      const mode = (from / 200) % 2
      const response = await product.call('/api/v1/events', {
        method: 'POST',
        headers: {
          'content-type': mode === 0 ? 'application/cloudevents-batch+json' : 'application/x-ndjson',
        },
        body: mode === 0 ? JSON.stringify(chunk) : chunk.map((event) => JSON.stringify(event)).join('\n'),
      })
      const answer = (await response.json()) as { accepted: number; duplicates: number; rejected: unknown[] }
      expect(response.status, JSON.stringify(answer)).toBe(202)
      expect(answer.rejected).toEqual([])
      accepted += answer.accepted
      duplicates += answer.duplicates
    }
    for (const sale of sales) counted.add(sale.id)
    expect(accepted).toBe(counted.size)
    expect(duplicates).toBe(sales.length - counted.size)

    const bad = await product.call('/api/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: [
        '{"specversion":"1.0"',
        JSON.stringify({ ...asEvent(sale({ id: 'no-type' })), type: undefined }),
        JSON.stringify({ ...asEvent(sale({ id: 'far' })), time: '2199-01-01T00:00:00Z' }),
        JSON.stringify({ ...asEvent(sale({ id: 'when' })), time: 'yesterday' }),
      ].join('\n'),
    })
    const { rejected } = (await bad.json()) as {
      rejected: { index: number; code: string; message: string }[]
    }
    expect(rejected.map(({ index, code }) => [index, code])).toEqual([
      [0, 'invalid_json'],
      [1, 'missing_attribute'],
      [2, 'time_too_far_in_future'],
      [3, 'invalid_time'],
    ])
    for (const { message } of rejected) expect(message.length).toBeGreaterThan(10)
  })

  it('counts at once what speed includes, and exactly once what was sent twice', async () => {
    const expected = recount(sales, (s) => s.quantity > 0)
    await until('speed has counted all', 30_000, async () => {
      const cells = await allCells('takings-include')
      return total(cells, 'orders') === sum(expected, 'orders')
    })
    compare(await allCells('takings-include'), expected, { sketches: 0.05 })
  })

  it('serves the exact recount after a reconcile of the range, whatever was deferred', async () => {
    const expected = recount(sales, (s) => s.quantity > 0)
    for (const name of ['takings-defer', 'takings-include']) {
      await applyPlan(
        product,
        {
          kind: 'reconcile',
          pipeline: name,
          from: new Date(Date.UTC(2019, 0, 1)).toISOString(),
          to: new Date(baseMs + 7_200_000).toISOString(),
        },
        'outside test',
      )
      const cells = await allCells(name)
      compare(cells, expected, { sketches: 0 })
      expect(new Set(cells.map((cell) => cell.completeness))).toEqual(new Set(['complete']))
    }
  })

  it('puts an event that comes after the cut into the answer without counting anything twice', async () => {
    const late = sale({ id: 'after-the-cut', timeMs: baseMs + 1_000, store: 'x'.repeat(100), quantity: 3 })
    sales.push(late)
    const response = await product.call('/api/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(asEvent(late)),
    })
    expect(response.status).toBe(202)
    const expected = recount(sales, (s) => s.quantity > 0)
    await until('the event is in the merged answer', 20_000, async () => {
      return total(await allCells('takings-include'), 'orders') === sum(expected, 'orders')
    })
  })

  it('rolls back to the version before, and says so in the list of versions', async () => {
    await applyPlan(
      product,
      {
        kind: 'reconcile',
        pipeline: 'takings-include',
        from: new Date(Date.UTC(2019, 0, 1)).toISOString(),
        to: new Date(baseMs + 7_200_000).toISOString(),
      },
      'outside test',
    )
    const before = await versions('takings-include')
    const kept = before.find((version) => !version.active)
    expect(kept).toBeDefined()
    await applyPlan(
      product,
      { kind: 'rollback', pipeline: 'takings-include', options: { version: kept?.version } },
      'outside test',
    )
    const after = await versions('takings-include')
    expect(after.find((version) => version.version === kept?.version)?.active).toBe(true)
    const expected = recount(sales, (s) => s.quantity > 0)
    compare(await allCells('takings-include'), expected, { sketches: 0.05 })
  })
})

interface Cell {
  windowStart: string
  key: string
  measures: Record<string, number | string | null>
  completeness: string
  provenance: { version: number | null }
}

async function allCells(name: string): Promise<Cell[]> {
  const cells: Cell[] = []
  let cursor: string | null = null
  do {
    const query = new URLSearchParams({
      from: new Date(Date.UTC(2019, 0, 1)).toISOString(),
      to: new Date(baseMs + 7_200_000).toISOString(),
      limit: '500',
      ...(cursor === null ? {} : { cursor }),
    })
    const response = await product.call(`/api/v1/pipelines/${name}/values?${String(query)}`)
    expect(response.status, await response.clone().text()).toBe(200)
    const page = (await response.json()) as { values: Cell[]; nextCursor: string | null }
    cells.push(...page.values)
    cursor = page.nextCursor
  } while (cursor !== null)
  return cells
}

async function versions(name: string): Promise<{ version: number; active: boolean }[]> {
  const response = await product.call(`/api/v1/pipelines/${name}/versions`)
  const body = (await response.json()) as { versions: { version: number; active: boolean }[] }
  return body.versions
}

function compare(cells: Cell[], expected: Map<string, Recounted>, allowed: { sketches: number }): void {
  const got = new Map(
    cells.map((cell) => [`${new Date(cell.windowStart).toISOString()}|${cell.key}`, cell.measures]),
  )
  expect([...got.keys()].sort()).toEqual([...expected.keys()].sort())
  for (const [name, want] of expected) {
    const have = got.get(name)
    expect({ name, ...have }).toMatchObject({
      name,
      orders: want.orders,
      revenue: want.revenue,
      items: want.items,
      heaviest: want.heaviest,
    })
    if (want.weight_avg === null) expect(have?.weight_avg).toBeNull()
    else expect(have?.weight_avg).toBeCloseTo(want.weight_avg, 6)
    const difference = Math.abs(Number(have?.customers) - want.customers)
    expect(difference).toBeLessThanOrEqual(allowed.sketches * want.customers + (allowed.sketches > 0 ? 1 : 0))
  }
}

const total = (cells: Cell[], measure: string) =>
  cells.reduce((sum, cell) => sum + Number(cell.measures[measure]), 0)

const sum = (cells: Map<string, Recounted>, measure: 'orders' | 'items') =>
  [...cells.values()].reduce((total, cell) => total + cell[measure], 0)

function asEvent(s: Sale): Record<string, unknown> {
  return {
    specversion: '1.0',
    id: s.id,
    source: '/outside',
    type: 'shop.sale',
    time: new Date(s.timeMs).toISOString(),
    data: {
      store: s.store,
      amount: s.amount,
      quantity: s.quantity,
      weight: s.weight,
      customer: s.customer,
    },
  }
}

function sale(over: Partial<Sale>): Sale {
  return {
    id: 'sale',
    timeMs: baseMs,
    store: 'Zürich',
    amount: '12.30',
    quantity: 1,
    weight: 0.5,
    customer: 'c',
    ...over,
  }
}

/** Two hours of sales around a change to daylight saving time: out of order, late, years old, sent twice. */
function history(): Sale[] {
  const made: Sale[] = []
  for (let i = 0; i < 2_000; i++) {
    if (made.length > 0 && random() < 0.03) {
      const again = made[Math.floor(random() * made.length)]
      if (again) made.push(again)
      continue
    }
    const age =
      random() < 0.01 ? 4 * 365 * 86_400_000 : random() < 0.05 ? random() * 1_800_000 : random() * 4_000
    made.push(
      sale({
        id: `s-${String(i)}`,
        timeMs: Math.floor(baseMs + i * 2_000 - age),
        store: random() < 0.02 ? null : (stores[Math.floor(random() * stores.length)] ?? null),
        amount: `${random() < 0.1 ? '-' : ''}${String(Math.floor(random() * 1e12))}.${String(Math.floor(random() * 100)).padStart(2, '0')}`,
        quantity: Math.floor(random() * 10) - 1,
        weight: random() < 0.1 ? null : Math.round(random() * 1e6) / 1e3,
        customer: `customer ${String(Math.floor(random() * 40))}`,
      }),
    )
  }
  return made
}

function mulberry32(a: number): () => number {
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
