import { applyPlan } from '../product/apply-plan'
import { startProduct, until, type Product } from '../product/start-product'
import { windowMs } from './ledger'
import { baseMs } from './start-producer'

export const pipeline = 'faults-flips'
const type = 'fault.flip'
const windows = 40

export interface Flips {
  reads: number
  publications: number
  /** Totals that no publication ever had. */
  mixed: number[]
}

/**
 * Two publications, of several versions each, that differ in every window, published and rolled back in turn while readers ask without pause. Most
 * events of a window come so late that speed leaves them aside: speed alone, the first publication and the second each
 * have a total of their own, and so has any mix of them.
 */
export async function watchFlips(program: string | undefined, rounds: number): Promise<Flips> {
  const product = await startProduct({ feed: 'none', ...(program === undefined ? {} : { program }) })
  try {
    return await flipAndRead(product, rounds)
  } finally {
    await product.stop()
  }
}

async function flipAndRead(product: Product, rounds: number): Promise<Flips> {
  await define(product)
  await send(product, 0, 2)
  await totalIs(product, windows * 2)
  await send(product, 1, 1)
  const range = {
    pipeline,
    from: new Date(baseMs).toISOString(),
    to: new Date(baseMs + windows * windowMs).toISOString(),
  }
  await applyPlan(product, { kind: 'reconcile', ...range }, 'first version')
  await totalIs(product, windows * 3)
  await send(product, 2, 3)
  const reading = readOn(product)
  await applyPlan(product, { kind: 'reconcile', ...range }, 'second version')
  await totalIs(product, windows * 6)
  for (let round = 0; round < rounds; round++)
    for (const publication of [1, 2])
      await applyPlan(product, { kind: 'rollback', pipeline, options: { publication } }, 'back and forth')
  const { reads, totals } = await reading.end()
  const right = new Set([windows * 3, windows * 6])
  return { reads, publications: 1 + rounds * 2, mixed: [...totals].filter((total) => !right.has(total)) }
}

function readOn(product: Product) {
  const totals = new Set<number>()
  let reads = 0
  let ending = false
  const reader = async () => {
    while (!ending) {
      const read = await total(product).catch(() => null)
      if (read === null) continue
      totals.add(read)
      reads++
    }
  }
  const readers = Promise.all([reader(), reader()])
  return {
    async end() {
      ending = true
      await readers
      return { reads, totals }
    },
  }
}

async function define(product: Product): Promise<void> {
  const response = await product.call('/api/v1/pipelines', {
    method: 'POST',
    headers: { 'content-type': 'application/yaml' },
    body: `apiVersion: parallax/v1
kind: Pipeline
metadata: { name: ${pipeline} }
spec:
  events: { type: ${type} }
  window: { size: 10s }
  lateness: { outOfOrder: 1s, allowed: 1s, beyond: defer }
  measures:
    n: { count: true }
`,
  })
  if (response.status !== 201) throw new Error(await response.text())
}

/** `each` events a window, in order of time; behind the first share come events far ahead, which make the others late. */
async function send(product: Product, share: number, each: number): Promise<void> {
  const of = (name: string, timeMs: number) => ({
    specversion: '1.0',
    id: `${share}-${name}`,
    source: '/faults/flips',
    type,
    time: new Date(timeMs).toISOString(),
    data: {},
  })
  const events = Array.from({ length: windows * each }, (_, i) =>
    of(String(i), baseMs + Math.floor(i / each) * windowMs + 1),
  )
  if (share === 0)
    events.push(...Array.from({ length: 400 }, (_, i) => of(`ahead-${i}`, baseMs + windows * 20 * windowMs)))
  const response = await product.call('/api/v1/events', {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify(events),
  })
  if (response.status !== 202) throw new Error(await response.text())
}

async function total(product: Product): Promise<number> {
  const query = new URLSearchParams({
    from: new Date(baseMs).toISOString(),
    to: new Date(baseMs + windows * windowMs).toISOString(),
    limit: '1000',
  })
  const response = await product.call(`/api/v1/pipelines/${pipeline}/values?${String(query)}`)
  if (response.status !== 200) throw new Error(await response.text())
  const { values } = (await response.json()) as { values: { measures: { n: number } }[] }
  return values.reduce((sum, { measures }) => sum + measures.n, 0)
}

const totalIs = (product: Product, wanted: number) =>
  until(`the total is ${wanted}`, 60_000, async () => (await total(product)) === wanted)
