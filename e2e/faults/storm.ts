import type { Part } from '../product/processes'
import { until, type Product } from '../product/start-product'
import { caughtUp } from './caught-up'
import { kill, stopFor, type PlannedFault } from './nemesis'
import { flowing, type Producer } from './start-producer'
import { storesOf } from './stores'

export interface StormTally {
  kills: Partial<Record<Part, number>>
  stops: number
}

/** Does to the product what was planned, one fault after the other, while whatever it was before still recovers. */
export async function storm(product: Product, planned: readonly PlannedFault[]): Promise<StormTally> {
  const tally: StormTally = { kills: {}, stops: 0 }
  const asleep: Promise<void>[] = []
  for (const { afterMs, fault } of planned) {
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    if (fault.kind === 'stop') {
      tally.stops++
      asleep.push(...fault.parts.map((part) => stopFor(product, part, fault.forMs)))
      continue
    }
    for (const part of fault.parts) {
      await kill(product, part)
      tally.kills[part] = (tally.kills[part] ?? 0) + 1
    }
  }
  await Promise.all(asleep)
  return tally
}

export const killsOf = ({ kills }: StormTally): number => Object.values(kills).reduce((sum, n) => sum + n, 0)

/** Resolves when it is ready, takes events and has read them all; to how long that took, in ms. */
export async function becomesHealthy(product: Product, producer: Producer): Promise<number> {
  const since = performance.now()
  await until('the product is ready', 120_000, async () => {
    const response = await product.call('/readyz').catch(() => null)
    return response?.status === 200
  })
  await flowing(producer, 100)
  await caughtUp(await storesOf(product))
  return Math.round(performance.now() - since)
}
