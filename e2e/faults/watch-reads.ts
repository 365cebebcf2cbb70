import type { Product } from '../product/start-product'
import { type Cells } from './ledger'
import { served } from './pipelines'
import { servedCells, type Asked } from './read-cells'

export interface ReadWatch {
  /** Ends the reading; resolves to how many answers there were and what was wrong with any of them. */
  end(truth: Cells): Promise<{ reads: number; wrong: string[] }>
}

/**
 * A reader that asks the whole time, whatever is done to the product. An answer may be refused; one that is given may
 * not count less of a cell than an answer before it did, and never more than was ever sent.
 */
export function watchReads(product: Product, asked: Asked): ReadWatch {
  const highest = new Map<string, number>()
  const wrong: string[] = []
  let reads = 0
  let ending = false
  const reading = (async () => {
    while (!ending) {
      const cells = await servedCells(product, served, asked).catch(() => null)
      if (cells !== null) {
        reads++
        for (const [name, before] of highest) {
          const now = cells.get(name)?.n ?? 0
          if (now < before && wrong.length < 20) wrong.push(`${name} went from ${before} back to ${now}`)
        }
        for (const [name, { n }] of cells) highest.set(name, n)
      }
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
  })()
  return {
    async end(truth) {
      ending = true
      await reading
      for (const [name, n] of highest)
        if (n > (truth.get(name)?.n ?? 0)) wrong.push(`${name} was ${n} of ${truth.get(name)?.n ?? 0}`)
      return { reads, wrong }
    },
  }
}
