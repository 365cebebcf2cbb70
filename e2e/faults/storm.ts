import type { Part } from '../product/processes'
import type { Product } from '../product/start-product'
import { kill, stopFor, type PlannedFault } from './nemesis'
import type { Recoveries } from './recovery'

export interface StormTally {
  kills: Partial<Record<Part, number>>
  stops: number
}

/** Does to the product what was planned, one fault after the other, while whatever it was before still recovers. */
export async function storm(
  product: Product,
  planned: readonly PlannedFault[],
  recoveries: Recoveries,
): Promise<StormTally> {
  const tally: StormTally = { kills: {}, stops: 0 }
  const recovering: Promise<void>[] = []
  for (const { afterMs, fault } of planned) {
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    if (fault.kind === 'stop') {
      tally.stops++
      recovering.push(...fault.parts.map((part) => stopFor(product, part, fault.forMs)))
      continue
    }
    for (const part of fault.parts) {
      const pid = await kill(product, part)
      tally.kills[part] = (tally.kills[part] ?? 0) + 1
      recovering.push(recoveries.measure(part, pid))
    }
  }
  await Promise.all(recovering)
  return tally
}

export const killsOf = ({ kills }: StormTally): number => Object.values(kills).reduce((sum, n) => sum + n, 0)
