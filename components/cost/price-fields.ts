import type { Prices } from '@/server/api'

export interface PriceTexts {
  currency: string
  cpuHour: string
  gbScanned: string
  gbStoredMonth: string
  cores: string
}

export const textsOf = (prices: Prices): PriceTexts => ({
  currency: prices.currency,
  cpuHour: String(prices.cpuHour),
  gbScanned: String(prices.gbScanned),
  gbStoredMonth: String(prices.gbStoredMonth),
  cores: prices.cores === null ? '' : String(prices.cores),
})

/** A number from 0 up, with a point or a comma before its fraction; null: it is none. */
function readPrice(text: string): number | null {
  const bare = text.trim().replace(',', '.')
  return /^\d{1,7}(\.\d{1,9})?$/.test(bare) ? Number(bare) : null
}

const names: Record<'cpuHour' | 'gbScanned' | 'gbStoredMonth', string> = {
  cpuHour: 'The price of a core',
  gbScanned: 'The price of bytes scanned',
  gbStoredMonth: 'The price of bytes stored',
}

/** The prices that are written there, or what is wrong with the first that is none. */
export function readPrices(texts: PriceTexts): { prices: Prices } | { problem: string } {
  const currency = texts.currency.trim().toUpperCase()
  if (!/^[A-Z]{3}$/.test(currency)) return { problem: 'The currency is three letters, as in EUR.' }
  const read: Record<string, number> = {}
  for (const field of ['cpuHour', 'gbScanned', 'gbStoredMonth'] as const) {
    const price = readPrice(texts[field])
    if (price === null) return { problem: `${names[field]} is not a number from 0 up.` }
    read[field] = price
  }
  const cores = texts.cores.trim() === '' ? null : readPrice(texts.cores)
  if (texts.cores.trim() !== '' && (cores === null || cores === 0))
    return { problem: 'Cores is not a number above 0.' }
  const { cpuHour = 0, gbScanned = 0, gbStoredMonth = 0 } = read
  return { prices: { currency, cpuHour, gbScanned, gbStoredMonth, cores } }
}

export const isSame = (a: Prices, b: Prices): boolean =>
  a.currency === b.currency &&
  a.cpuHour === b.cpuHour &&
  a.gbScanned === b.gbScanned &&
  a.gbStoredMonth === b.gbStoredMonth &&
  a.cores === b.cores
