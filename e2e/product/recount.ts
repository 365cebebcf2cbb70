/** A plain recount of what was sent, knowing nothing of the product: the oracle of the outside tests. */

export interface Sale {
  id: string
  timeMs: number
  store: string | null
  amount: string
  quantity: number
  weight: number | null
  customer: string
}

export interface Recounted {
  orders: number
  revenue: string
  items: number
  heaviest: number | null
  weight_avg: number | null
  customers: number
}

const windowMs = 60_000

/** Cells by `windowStart|key`: first of each id wins, stores that are null or empty-handed are left out. */
export function recount(sales: Sale[], keep: (sale: Sale) => boolean): Map<string, Recounted> {
  const seen = new Set<string>()
  const groups = new Map<string, Sale[]>()
  for (const sale of sales) {
    if (seen.has(sale.id)) continue
    seen.add(sale.id)
    if (sale.store === null || !keep(sale)) continue
    const start = Math.floor(sale.timeMs / windowMs) * windowMs
    const name = `${new Date(start).toISOString()}|${sale.store}`
    groups.set(name, [...(groups.get(name) ?? []), sale])
  }
  return new Map([...groups].map(([name, group]) => [name, measure(group)]))
}

function measure(group: Sale[]): Recounted {
  const weights = group.flatMap((sale) => (sale.weight === null ? [] : [sale.weight]))
  const cents = group.reduce((sum, sale) => sum + BigInt(sale.amount.replace('.', '')), 0n)
  return {
    orders: group.length,
    revenue: centsText(cents),
    items: group.reduce((sum, sale) => sum + sale.quantity, 0),
    heaviest: weights.length > 0 ? Math.max(...weights) : null,
    weight_avg: weights.length > 0 ? weights.reduce((a, b) => a + b, 0) / weights.length : null,
    customers: new Set(group.map((sale) => sale.customer)).size,
  }
}

function centsText(cents: bigint): string {
  const sign = cents < 0n ? '-' : ''
  const digits = String(cents < 0n ? -cents : cents).padStart(3, '0')
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
