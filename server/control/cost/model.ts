/** What the screens and the REST face show of cost. Instants are epoch ms, months and hours are UTC. */

/**
 * Where money goes. `log` is taking events in and archiving them, `shared` is what serves no single layer: watching,
 * scheduling, telling. `idle` is provisioned and used by none of our processes; Postgres and nats-server are in it.
 */
export const costLayers = [
  'batch',
  'speed',
  'serving',
  'reconcile',
  'log',
  'storage',
  'shared',
  'idle',
] as const
export type CostLayer = (typeof costLayers)[number]
export type LayerAmounts = Record<CostLayer, number>

export interface Prices {
  /** ISO 4217, three capitals. */
  currency: string
  /** One core for one hour, used or idle. */
  cpuHour: number
  /** 10^9 bytes of the archive read by batch. */
  gbScanned: number
  /** 10^9 bytes kept for a month of 730 hours. */
  gbStoredMonth: number
  /** What is paid for; null: the cores of the machines that processes run on. */
  cores: number | null
}

/** In force from an hour on; amounts of earlier hours stay as they were. */
export interface PricesInForce extends Prices {
  since: number
  /** Null: the shipped defaults, nobody has set prices. */
  by: string | null
}

export interface CostBudget {
  monthly: number
  currency: string
  /** False: it is in another currency than the prices, and is compared with nothing. */
  isComparable: boolean
  /** Share of it spent; null where it is not comparable, or 0. */
  used: number | null
  /** Share of it forecast for the month; null without a forecast too. */
  forecastUsed: number | null
  status: 'within' | 'at risk' | 'over' | 'unknown'
  says: string
}

export interface CostForecast {
  /** For the whole month; null: too little history to say. */
  amount: number | null
  /** Were all days that are left like the cheapest and dearest of the days it rests on; null with fewer than 2. */
  low: number | null
  high: number | null
  /** How far to trust it: below a day of history it is rough. */
  confidence: 'none' | 'rough' | 'good'
  /** Hours of history it rests on, at most 168. */
  basisHours: number
  says: string
}

/** Both keys turned: 3 standard deviations and more than 25 % from the same hour of earlier days. */
export interface CostAnomaly {
  pipeline: string
  hour: number
  amount: number
  /** Mean of the same hour of earlier days. */
  usual: number
  points: number
  /** Null: all earlier days cost exactly the same. */
  z: number | null
  /** (amount - usual) / usual; null: usually nothing. */
  off: number | null
  direction: 'above' | 'below'
  /** The layer that moved most. */
  layer: CostLayer
  /** The hour has not ended: it costs more already. */
  isOpen: boolean
  says: string
}

export interface CostSum {
  spent: number
  layers: LayerAmounts
  forecast: CostForecast
  cpuSeconds: number
  bytesScanned: number
  /** Now. */
  bytesStored: number
  /** Bytes of events taken in from the log. */
  bytesProcessed: number
  events: number
  /** M10: spent / TB processed; null before anything was. */
  costPerTb: number | null
}

export interface PipelineCost extends CostSum {
  pipeline: string
  title: string
  owner: string
  tags: Record<string, string>
  /** It was removed; what it left is still paid for. */
  isRemoved: boolean
  /** Null: the definition sets none. */
  budget: CostBudget | null
  anomalies: CostAnomaly[]
  /** Of the last days of the month, oldest first: amount a day. */
  days: number[]
}

export interface TagCost {
  tag: string
  value: string
  spent: number
  forecast: number | null
  pipelines: string[]
}

export interface CostReport {
  at: number
  /** The month, half-open. */
  from: number
  to: number
  /** Priced up to here; null: nothing has been priced yet. */
  pricedAt: number | null
  prices: PricesInForce
  /** Cores that idle is reckoned from. */
  cores: number
  total: CostSum
  /** Of all comparable budgets; null: no pipeline has one. */
  budget: CostBudget | null
  /** Largest share of its budget first, then by amount. */
  pipelines: PipelineCost[]
  /** What belongs to no pipeline: idle, shared, and bytes nobody reads. */
  unallocated: CostSum
  tags: TagCost[]
  /** By UTC day, oldest first; a day nobody measured is absent. */
  days: { day: number; layers: LayerAmounts; spent: number }[]
  /** Of the last 48 hours of what is shown, oldest first; an hour nobody measured is absent. */
  hours: { hour: number; layers: LayerAmounts }[]
  /** Newest first. */
  anomalies: CostAnomaly[]
  /** Spent this month under prices of another currency: in none of the figures above. */
  excluded: { currency: string; amount: number; from: number; to: number }[]
  notes: string[]
}

/** What the alerts on cost look at, by pipeline; '' for what belongs to none. */
export interface CostFact {
  pipeline: string
  owner: string | null
  currency: string
  spent: number
  budget: CostBudget | null
  forecast: CostForecast
  /** Of the hour under way or the one before it; null: nothing unusual, or too few days to tell. */
  anomaly: CostAnomaly | null
}

export interface CostHours {
  hours: { hour: number; layers: LayerAmounts }[]
}
