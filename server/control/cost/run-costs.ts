import { availableParallelism } from 'node:os'
import { inTransaction, runExclusively, type Nats, type Pool } from '../../clients'
import { logger, sleep, type Clock, type Stop } from '../../platform'
import {
  forgetCosts,
  readCostState,
  readersByType,
  replaceHour,
  storedOfHour,
  usageOfHour,
  usedHours,
  writeCostState,
} from './cost-hour-store'
import { hourMs, priceHour } from './price-hour'
import { pricesAt, readPriceVersions } from './prices'
import { measureStored } from './stored-bytes'
import type { StoredPart } from './stored-bytes-store'
import { storedByPipeline, useOfHour } from './use-of-hour'
import { forgetUsage } from '../../slo'

const everyMs = 30_000
/** Sizes change slowly, and asking for them takes a while. */
const storedEveryMs = 10 * 60_000
const usageKeptMs = 14 * 24 * hourMs
const costsKeptMs = 400 * 24 * hourMs
const forgetEveryMs = hourMs

export interface CostDeps {
  pool: Pool
  nats: Nats
  clock: Clock
  /** Cores of this machine, where the prices do not say how many are paid for. */
  cores?: number
}

/** Prices the hour under way again and again, and hours that were missed; in one process at a time. */
export function runCosts(deps: CostDeps): Stop {
  return runExclusively({
    pool: deps.pool,
    name: 'cost',
    work: async (_client, signal) => {
      const pricing = new Pricing(deps)
      while (!signal.aborted) {
        await pricing.round()
        await sleep(everyMs, signal)
      }
    },
  })
}

export class Pricing {
  readonly #deps: CostDeps
  readonly #cores: number
  #stored: { at: number; parts: StoredPart[] } | null = null
  #forgotAt = -Infinity

  constructor(deps: CostDeps) {
    this.#deps = deps
    this.#cores = deps.cores ?? availableParallelism()
  }

  /** Every hour that may have changed since the last round, oldest first. */
  async round(): Promise<void> {
    const { pool, clock } = this.#deps
    const now = clock.now()
    const state = await readCostState(pool)
    // Usage of an hour may be written some minutes after its end.
    const from = Math.max(now - usageKeptMs, (state?.pricedAt ?? 0) - hourMs)
    const hours = await usedHours(pool, Math.floor(from / hourMs) * hourMs)
    if (hours.length > 0) await this.#priceAll(hours, now)
    if (now - this.#forgotAt < forgetEveryMs) return
    this.#forgotAt = now
    await forgetUsage(pool, now - usageKeptMs)
    await forgetCosts(pool, now - costsKeptMs)
  }

  async #priceAll(hours: readonly number[], now: number): Promise<void> {
    const { pool } = this.#deps
    const versions = await readPriceVersions(pool)
    const readers = await readersByType(pool)
    const stored = storedByPipeline(await this.#storedNow(now), readers)
    let isOver = false
    let coresNow = this.#cores
    for (const hour of hours) {
      const prices = pricesAt(versions, hour)
      const isClosed = hour + hourMs <= now
      const known = isClosed ? await storedOfHour(pool, hour) : []
      const { rows, minutes } = await usageOfHour(pool, hour)
      coresNow = prices.cores ?? this.#cores
      const priced = priceHour(
        {
          use: useOfHour(rows, readers),
          stored: known.length > 0 ? known : stored,
          seen: minutes / 60,
          cores: coresNow,
        },
        prices,
      )
      await inTransaction(pool, (client) => replaceHour(client, hour, priced.rows))
      isOver = priced.isOverProvisioned
    }
    await writeCostState(pool, { pricedAt: now, cores: coresNow, isOverProvisioned: isOver })
  }

  /** As last measured, while the log does not answer. */
  async #storedNow(now: number): Promise<StoredPart[]> {
    if (this.#stored && now - this.#stored.at < storedEveryMs) return this.#stored.parts
    try {
      this.#stored = { at: now, parts: await measureStored(this.#deps) }
    } catch (error) {
      logger('cost').warn({ err: error }, 'sizes on disk were not measured; the last ones are used')
      if (this.#stored === null) throw error
    }
    return this.#stored.parts
  }
}
