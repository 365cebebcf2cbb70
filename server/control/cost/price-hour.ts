import type { CostLayer, Prices } from './model'
import { splitExact } from '../../slo'

export const hourMs = 3_600_000
/** Hours of the month that storage is priced by. */
export const hoursOfMonth = 730
/** Amounts are whole billionths of the currency unit, so that parts add up to the whole exactly. */
const nano = 1e9
const gigabyte = 1e9

export interface HourUse {
  pipeline: string
  layer: Exclude<CostLayer, 'storage' | 'idle'>
  cpuUs: number
  bytesScanned: number
  bytesIn: number
  events: number
}

export interface HourFacts {
  use: readonly HourUse[]
  stored: readonly { pipeline: string; bytes: number }[]
  /** Share of the hour in which any process was seen: what is paid for by time is paid for that long. */
  seen: number
  cores: number
}

export interface CostRow {
  pipeline: string
  layer: CostLayer
  cpuUs: number
  bytesScanned: number
  bytesStored: number
  bytesIn: number
  events: number
  amountNano: number
}

export interface PricedHour {
  rows: CostRow[]
  /** More was used than is paid for: the number of cores in the prices is too low, and nothing is idle. */
  isOverProvisioned: boolean
  provisionedNano: number
  scanNano: number
  storedNano: number
}

/** What the hour cost and whom: the rows add up to what was provisioned, scanned and stored, to the last billionth. */
export function priceHour(facts: HourFacts, prices: Prices): PricedHour {
  const { use, stored, seen, cores } = facts
  const usedUs = use.reduce((sum, { cpuUs }) => sum + cpuUs, 0)
  const paidUs = Math.round(cores * seen * hourMs * 1_000)
  const idleUs = Math.max(0, paidUs - usedUs)
  const provisionedNano = Math.round(((usedUs + idleUs) / (hourMs * 1_000)) * prices.cpuHour * nano)
  const cpuNano = splitExact(provisionedNano, [...use.map(({ cpuUs }) => cpuUs), idleUs])

  const scanned = use.map(({ bytesScanned }) => bytesScanned)
  const scanNano = Math.round((sum(scanned) / gigabyte) * prices.gbScanned * nano)
  const scanParts = sum(scanned) > 0 ? splitExact(scanNano, scanned) : scanned.map(() => 0)

  const bytes = stored.map((part) => part.bytes)
  const storedNano = Math.round((sum(bytes) / gigabyte) * (prices.gbStoredMonth / hoursOfMonth) * seen * nano)
  const storedParts = splitExact(storedNano, bytes)

  const rows = [
    ...use.map((part, i) => ({
      ...part,
      bytesStored: 0,
      amountNano: (cpuNano[i] ?? 0) + (scanParts[i] ?? 0),
    })),
    ...stored.map(({ pipeline, bytes: bytesStored }, i) => ({
      ...empty,
      pipeline,
      layer: 'storage' as const,
      bytesStored,
      amountNano: storedParts[i] ?? 0,
    })),
    { ...empty, pipeline: '', layer: 'idle' as const, cpuUs: idleUs, amountNano: cpuNano.at(-1) ?? 0 },
  ]
  return {
    rows,
    isOverProvisioned: usedUs > paidUs,
    provisionedNano,
    scanNano,
    storedNano: stored.length > 0 ? storedNano : 0,
  }
}

const empty = { cpuUs: 0, bytesScanned: 0, bytesStored: 0, bytesIn: 0, events: 0 }
const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
