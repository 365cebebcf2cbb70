import { inTransaction, type Pool } from '../../clients'
import { AppError, type Clock } from '../../platform'
import { audit } from '../audit'
import type { Prices, PricesInForce } from './model'
import { lockPrices, selectPrices, writePrices } from './prices-store'

const hourMs = 3_600_000

/** What a middling cloud takes for a core, a scan and a disk; an installation sets its own. */
export const defaultPrices: PricesInForce = {
  currency: 'USD',
  cpuHour: 0.048,
  gbScanned: 0.005,
  gbStoredMonth: 0.023,
  cores: null,
  since: 0,
  by: null,
}
const highest = 1_000_000
/** Changes remembered; hours before the oldest are not priced again. */
const versionsKept = 100

/** Oldest first; never empty. */
export async function readPriceVersions(db: Pick<Pool, 'query'>): Promise<PricesInForce[]> {
  return [defaultPrices, ...(await selectPrices(db))]
}

export function pricesAt(versions: readonly PricesInForce[], at: number): PricesInForce {
  return versions.findLast(({ since }) => since <= at) ?? defaultPrices
}

/** Stretches of time by the currency in force, oldest first. */
export function currencies(
  versions: readonly PricesInForce[],
): { currency: string; from: number; to: number }[] {
  const spans: { currency: string; from: number; to: number }[] = []
  for (const { currency, since } of versions) {
    const last = spans.at(-1)
    if (last?.currency === currency) continue
    if (last) last.to = since
    spans.push({ currency, from: since, to: Number.POSITIVE_INFINITY })
  }
  return spans.filter(({ from, to }) => from < to)
}

export async function readPrices({ pool, clock }: { pool: Pool; clock: Clock }): Promise<PricesInForce> {
  return pricesAt(await readPriceVersions(pool), clock.now())
}

/** In force from the start of the hour under way; hours before it keep what they cost. */
export async function setPrices(
  { pool, clock }: { pool: Pool; clock: Clock },
  { prices, actor, reason }: { prices: Prices; actor: string; reason: string },
): Promise<PricesInForce> {
  checkPrices(prices)
  return inTransaction(pool, async (client) => {
    await lockPrices(client)
    const versions = await selectPrices(client)
    const since = Math.floor(clock.now() / hourMs) * hourMs
    const { since: _since, by: _by, ...before } = pricesAt([defaultPrices, ...versions], since)
    const { currency, cpuHour, gbScanned, gbStoredMonth, cores } = prices
    const now = { currency, cpuHour, gbScanned, gbStoredMonth, cores }
    const set: PricesInForce = { ...now, since, by: actor }
    const kept = versions.filter((version) => version.since < since).slice(1 - versionsKept)
    await writePrices(client, [...kept, set])
    await audit(client, clock, {
      actor,
      action: 'prices.set',
      object: 'prices',
      detail: { change: { from: before, to: now }, since: new Date(since).toISOString(), reason },
    })
    return set
  })
}

function checkPrices(prices: Prices): void {
  if (!/^[A-Z]{3}$/.test(prices.currency))
    refuse('currency', prices.currency, 'three capitals, as in EUR or USD')
  for (const field of ['cpuHour', 'gbScanned', 'gbStoredMonth'] as const) {
    const price = prices[field]
    if (!Number.isFinite(price) || price < 0 || price > highest)
      refuse(field, price, `a number from 0 to ${highest}`)
  }
  const { cores } = prices
  if (cores !== null && !(cores > 0 && cores <= highest))
    refuse('cores', cores, `a number above 0 and at most ${highest}, or none`)
}

function refuse(field: string, value: unknown, expected: string): never {
  throw new AppError(
    'bad_request',
    `Setting prices failed: \`${field}\` is ${JSON.stringify(value)}; it must be ${expected}.`,
  )
}
