import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyPlan, makePlan } from './apply-plan'
import { pidOf } from './processes'
import { startProduct, until, type Product } from './start-product'

/** Scenario of docs/retry-storm.md, step by step: the page and this test say the same. */
const baseMs = Date.UTC(2025, 10, 3, 9, 0)
const storming = '/pos/7'
const calm = '/pos/1'
const definition = `
apiVersion: parallax/v1
kind: Pipeline
metadata: { name: payments, title: Payments by account, owner: payments }
spec:
  events: { type: payment.captured }
  key: data.account
  window: { size: 10s }
  lateness: { outOfOrder: 5s, allowed: 1m }
  dedupe: { horizon: 1s }
  measures:
    payments: { count: true }
    amount: { sum: data.amount, type: decimal, scale: 2 }
  batch: { every: 10s, reconcile: propose, tolerance: 0.001 }
`

interface Payment {
  id: string
  source: string
  timeMs: number
  account: string
  cents: number
}

let product: Product
/** What the shops know they were paid: each payment once. */
const ledger = new Map<string, Payment>()
let doubled: Payment[] = []

beforeAll(async () => {
  product = await startProduct({ feed: 'none' })
  const response = await product.call('/api/v1/pipelines', {
    method: 'POST',
    headers: { 'content-type': 'application/yaml' },
    body: definition,
  })
  expect(response.status, await response.clone().text()).toBe(201)
}, 180_000)

afterAll(async () => {
  await product.stop()
})

describe('a retry storm doubles payments', () => {
  it('the producer sends everything again after its gateway died, and the fast figures double', async () => {
    doubled = Array.from({ length: 60 }, (_, n) => payment(n, storming, n * 400))
    await send(doubled)
    await totalsBecome('speed has counted the payments', 60)
    process.kill(await pidOf(product, 'web'), 'SIGKILL')
    await until('another web process answers', 60_000, async () => {
      const response = await product.call('/readyz').catch(() => null)
      return response?.status === 200
    })
    // Beyond the dedupe horizon by now, and the new gateway remembers nothing.
    await send(doubled)
    await totalsBecome('speed has counted them twice', 120)
  })

  it('the divergence shows, open, with cause duplicate and nothing unexplained', async () => {
    // Other shops go on: their payments close the windows.
    await send(Array.from({ length: 200 }, (_, n) => payment(1_000 + n, calm, 40_000 + n * 600)))
    let cells: Divergence[] = []
    await until('the schedule has compared the doubled windows', 90_000, async () => {
      cells = await divergence('duplicate')
      return sumOf(cells.filter((cell) => cell.measure === 'payments').map((cell) => cell.difference)) >= 60
    })
    for (const cell of cells) {
      const { drift, ...others } = cell.causes
      expect(Number(drift)).toBe(0)
      expect(sumOf(Object.values(others))).toBeCloseTo(Number(cell.difference), 6)
      expect(cell.causes.duplicate).toEqual(cell.difference)
      expect(cell.state).toBe('open')
    }
  }, 180_000)

  it('quarantine keeps the producer aside, and says whose windows lack what', async () => {
    await applyPlan(
      product,
      { kind: 'quarantine', pipeline: 'payments', options: { source: storming } },
      'retry storm from till 7',
    )
    // Still storming: old payments again, and some that nobody has seen yet.
    const fresh = Array.from({ length: 20 }, (_, n) => payment(5_000 + n, storming, 24_000 + n * 100))
    expect(await send(fresh)).toBe(fresh.length)
    // The gateway remembers those it has just put into the log, and needs not keep them again.
    expect(await send(doubled)).toBe(0)
    await until('the windows say that they are partial', 30_000, async () => {
      const cells = (await values()).filter(({ windowStart }) => windowStart === iso(baseMs + 20_000))
      return cells.length > 0 && cells.every(({ completeness }) => completeness === 'partial')
    })
  })

  it('a backfill shows what it will change, changes that, and the totals are those of the ledger so far', async () => {
    const plan = {
      kind: 'backfill',
      pipeline: 'payments',
      from: iso(baseMs),
      to: iso(baseMs + 40_000),
      options: { mode: 'all', preview: true },
    }
    const { preview } = await makePlan(product, plan)
    const { changed, drifting } = preview?.diff as { changed: number; drifting: number }
    expect(changed).toBeGreaterThan(0)
    expect(drifting).toBe(0)
    await applyPlan(product, plan, 'count the doubled payments once')
    const kept = [...ledger.values()].filter(({ id }) => Number(id.slice(2)) < 5_000)
    expect(await served()).toEqual(recount(kept))
  })

  it('releasing the producer puts its events back, and after a reconcile all is as in the ledger', async () => {
    await applyPlan(
      product,
      { kind: 'release', pipeline: 'payments', options: { source: storming } },
      'till 7 is mended',
    )
    await applyPlan(
      product,
      { kind: 'reconcile', pipeline: 'payments', from: iso(baseMs), to: iso(baseMs + 40_000) },
      'with what was kept aside',
    )
    expect(await served()).toEqual(recount([...ledger.values()]))
    const cells = (await values()).filter(({ windowStart }) => Date.parse(windowStart) < baseMs + 40_000)
    expect(new Set(cells.map(({ completeness }) => completeness))).toEqual(new Set(['complete']))
  })

  it('the audit trail tells it all, and its chain holds', async () => {
    const response = await product.call('/api/v1/audit?limit=200')
    const { entries } = (await response.json()) as {
      entries: { action: string; detail: { kind?: string; reason?: string } }[]
    }
    const plans = entries.filter(({ action }) => action === 'plan.apply').map(({ detail }) => detail)
    for (const [kind, reason] of [
      ['quarantine', 'retry storm from till 7'],
      ['backfill', 'count the doubled payments once'],
      ['release', 'till 7 is mended'],
      ['reconcile', 'with what was kept aside'],
    ])
      expect(plans).toContainEqual(expect.objectContaining({ kind, reason }))
    const { stdout } = await promisify(execFile)(process.execPath, [
      'dist/parallax.mjs',
      ...['audit', 'verify', '--json', '--url', product.url, '--token', product.token],
    ])
    expect(JSON.parse(stdout)).toMatchObject({ brokenAt: null })
  })
})

interface Divergence {
  measure: string
  difference: number | string
  causes: Record<string, number | string>
  state: string
}

interface Value {
  windowStart: string
  key: string
  measures: { payments: number; amount: string }
  completeness: string
}

const payment = (n: number, source: string, offsetMs: number): Payment => ({
  id: `p-${String(n)}`,
  source,
  timeMs: baseMs + offsetMs,
  account: ['north', 'south', 'west'][n % 3] ?? 'north',
  cents: ((n * 7919) % 10_000) + 1,
})

/** Sends until answered for; how many were kept aside. */
async function send(payments: readonly Payment[]): Promise<number> {
  const body = JSON.stringify(
    payments.map(({ id, source, timeMs, account, cents }) => ({
      specversion: '1.0',
      id,
      source,
      type: 'payment.captured',
      time: iso(timeMs),
      data: { account, amount: (cents / 100).toFixed(2) },
    })),
  )
  const response = await product.call('/api/v1/events', {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body,
  })
  expect(response.status, await response.clone().text()).toBe(202)
  for (const each of payments) ledger.set(each.id, each)
  return ((await response.json()) as { quarantined?: number }).quarantined ?? 0
}

async function totalsBecome(what: string, count: number): Promise<void> {
  await until(what, 30_000, async () => sumOf((await values()).map((v) => v.measures.payments)) === count)
}

const range = () => `from=${iso(baseMs - 60_000)}&to=${iso(baseMs + 600_000)}`

async function values(): Promise<Value[]> {
  const response = await product.call(`/api/v1/pipelines/payments/values?${range()}&limit=500`)
  expect(response.status, await response.clone().text()).toBe(200)
  return ((await response.json()) as { values: Value[] }).values
}

async function divergence(cause: string): Promise<Divergence[]> {
  const response = await product.call(
    `/api/v1/pipelines/payments/divergence?${range()}&cause=${cause}&limit=500`,
  )
  expect(response.status, await response.clone().text()).toBe(200)
  return ((await response.json()) as { cells: Divergence[] }).cells
}

async function served(): Promise<Record<string, [number, string]>> {
  const entries = (await values()).map(({ windowStart, key, measures }) => [
    `${windowStart} ${key}`,
    [measures.payments, measures.amount],
  ])
  return Object.fromEntries(entries) as Record<string, [number, string]>
}

function recount(payments: readonly Payment[]): Record<string, [number, string]> {
  const sums = new Map<string, { n: number; cents: number }>()
  for (const { timeMs, account, cents } of payments) {
    const name = `${iso(Math.floor(timeMs / 10_000) * 10_000)} ${account}`
    const sum = sums.get(name) ?? { n: 0, cents: 0 }
    sums.set(name, { n: sum.n + 1, cents: sum.cents + cents })
  }
  return Object.fromEntries([...sums].map(([name, { n, cents }]) => [name, [n, (cents / 100).toFixed(2)]]))
}

const sumOf = (amounts: readonly (number | string)[]) =>
  amounts.reduce<number>((sum, n) => sum + Number(n), 0)
const iso = (at: number) => new Date(at).toISOString()
