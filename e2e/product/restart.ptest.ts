import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyPlan } from './apply-plan'
import { pidOf, productPids } from './processes'
import { startProduct, until, type Product } from './start-product'

const windowMs = 10_000
const baseMs = Date.UTC(2025, 9, 26, 0, 55)
const definition = {
  apiVersion: 'parallax/v1',
  kind: 'Pipeline',
  metadata: { name: 'payments' },
  spec: {
    events: { type: 'payment.settled' },
    key: 'data.country',
    window: { size: '10s' },
    lateness: { outOfOrder: '5s', allowed: '30s', beyond: 'include' },
    measures: { payments: { count: true }, cents: { sum: 'data.cents', type: 'int' } },
  },
}

interface Cell {
  windowStart: string
  key: string
  measures: { payments: number; cents: number }
}

let product: Product
let dataDir: string
/** What the producer knows to be in the log: an event is entered once the product has answered 202. */
const ledger = new Map<string, { timeMs: number; country: string; cents: number }>()
let sent = 0
let sending = true

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'parallax-restart-'))
  product = await startProduct({ feed: 'none', dataDir, keep: true })
  const response = await product.call('/api/v1/pipelines', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(definition),
  })
  expect(response.status, await response.clone().text()).toBe(201)
})

afterAll(async () => {
  sending = false
  await product.stop()
})

describe('the product under kill -9', () => {
  it('[law 7] counts every acknowledged event once though each of its processes is killed under load', async () => {
    const producing = produce()
    const victims = ['speed', 'archive', 'batch', 'web', 'nats-server', 'postgres'] as const
    for (const what of victims) {
      const before = ledger.size
      await until(`events flow before ${what} is killed`, 60_000, () =>
        Promise.resolve(ledger.size > before + 200),
      )
      process.kill(await pidOf(product, what), 'SIGKILL')
      const after = ledger.size
      await until(`events flow again after ${what} was killed`, 90_000, () =>
        Promise.resolve(ledger.size > after + 200),
      )
    }
    sending = false
    await producing
    await settled()
    expect(await cells()).toEqual(recount())
  })

  it('[law 7] starts again on its data after everything died at once', async () => {
    const pids = await productPids(product)
    process.kill(product.process.pid ?? 0, 'SIGKILL')
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It was gone before.
      }
    }
    product = await startProduct({ feed: 'none', dataDir })
    await settled()
    expect(await cells()).toEqual(recount())
  })

  it('[law 3] recounts exactly the same in batch', async () => {
    const range = {
      from: new Date(baseMs - 3_600_000).toISOString(),
      to: new Date(baseMs + 3_600_000).toISOString(),
    }
    await applyPlan(product, { kind: 'reconcile', pipeline: 'payments', ...range }, 'after the kills')
    expect(await cells()).toEqual(recount())
  })
})

/** Sends ten events at a time, the same ones again until they are answered for. */
async function produce(): Promise<void> {
  while (sending) {
    const batch = Array.from({ length: 10 }, () => {
      const n = sent++
      return {
        id: `p-${String(n)}`,
        timeMs: baseMs + n * 37 - (n % 11 === 0 ? 120_000 : 0),
        country: ['DE', 'FR', 'JP'][n % 3] ?? 'DE',
        cents: (n * 7919) % 10_000,
      }
    })
    const body = JSON.stringify(
      batch.map(({ id, timeMs, country, cents }) => ({
        specversion: '1.0',
        id,
        source: '/restart',
        type: 'payment.settled',
        time: new Date(timeMs).toISOString(),
        data: { country, cents },
      })),
    )
    for (;;) {
      const response = await product
        .call('/api/v1/events', {
          method: 'POST',
          headers: { 'content-type': 'application/cloudevents-batch+json' },
          body,
          signal: AbortSignal.timeout(20_000),
        })
        .catch(() => null)
      if (response?.status === 202) break
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    for (const { id, ...event } of batch) ledger.set(id, event)
  }
}

async function settled(): Promise<void> {
  const expected = [...recount().values()].reduce((sum, { payments }) => sum + payments, 0)
  await until(
    'speed has counted all',
    60_000,
    async () => {
      const served = await cells().catch(() => new Map<string, Cell['measures']>())
      return [...served.values()].reduce((sum, { payments }) => sum + payments, 0) >= expected
    },
    1_000,
  )
}

function recount(): Map<string, Cell['measures']> {
  const counted = new Map<string, Cell['measures']>()
  for (const { timeMs, country, cents } of ledger.values()) {
    const name = `${new Date(Math.floor(timeMs / windowMs) * windowMs).toISOString()}|${country}`
    const cell = counted.get(name) ?? { payments: 0, cents: 0 }
    counted.set(name, { payments: cell.payments + 1, cents: cell.cents + cents })
  }
  return counted
}

async function cells(): Promise<Map<string, Cell['measures']>> {
  const served = new Map<string, Cell['measures']>()
  let cursor: string | null = null
  do {
    const query = new URLSearchParams({
      from: new Date(baseMs - 3_600_000).toISOString(),
      to: new Date(baseMs + 3_600_000).toISOString(),
      limit: '1000',
      ...(cursor === null ? {} : { cursor }),
    })
    const response = await product.call(`/api/v1/pipelines/payments/values?${String(query)}`)
    if (response.status !== 200) throw new Error(await response.text())
    const page = (await response.json()) as { values: Cell[]; nextCursor: string | null }
    for (const { windowStart, key, measures } of page.values)
      served.set(`${windowStart}|${key}`, { payments: measures.payments, cents: measures.cents })
    cursor = page.nextCursor
  } while (cursor !== null)
  return served
}
