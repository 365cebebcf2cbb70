import type { Pool } from '../../clients'
import type { Definition } from '../../pipeline'
import type { Clock } from '../../platform'
import type { PlanMoney } from '../model'
import { readCoreUse, spentBy } from './price-plan-store'
import { currencies, pricesAt, readPriceVersions } from './prices'
import type { Prices } from './model'
import { monthOf } from './month'

/** Where no run has been measured yet: a recompute keeps one core busy. */
const assumedCores = 1
const usageMs = 14 * 86_400_000

interface Planned {
  bytes: number
  seconds: number
}

/** What a recompute will cost at the prices in force, and what it adds to in the month's budget. */
export async function pricePlan(
  { pool, clock }: { pool: Pool; clock: Clock },
  definition: Pick<Definition, 'name' | 'budget'>,
  planned: Planned,
): Promise<{ cost: number; money: PlanMoney }> {
  const now = clock.now()
  const versions = await readPriceVersions(pool)
  const prices = pricesAt(versions, now)
  const used = await readCoreUse(pool, definition.name, now - usageMs)
  const coreSeconds = planned.seconds * (used ?? assumedCores)
  const { monthly, currency } = (definition.budget ?? {}) as { monthly?: number; currency?: string }
  const span = monthOf(now)
  const since = currencies(versions).at(-1)?.from ?? 0
  return {
    cost: costOf(prices, planned.bytes, coreSeconds),
    money: {
      currency: prices.currency,
      basis: used === null ? 'one core assumed: no run was measured yet' : 'the CPU that past runs took',
      budget:
        monthly === undefined || currency !== prices.currency
          ? null
          : { monthly, spent: await spentBy(pool, definition.name, Math.max(span.from, since)) },
    },
  }
}

export const costOf = (prices: Prices, bytes: number, coreSeconds: number): number =>
  (bytes / 1e9) * prices.gbScanned + (coreSeconds / 3_600) * prices.cpuHour
