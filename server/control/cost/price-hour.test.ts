import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hourMs, hoursOfMonth, priceHour, type HourFacts } from './price-hour'
import { defaultPrices } from './prices'

const name = fc.constantFrom('', 'departures', 'arrivals', 'routes')
const layer = fc.constantFrom('batch', 'speed', 'serving', 'reconcile', 'log', 'shared')

const facts: fc.Arbitrary<HourFacts> = fc.record({
  use: fc.uniqueArray(
    fc.record({
      pipeline: name,
      layer: layer,
      cpuUs: fc.integer({ min: 0, max: 3.6e9 }),
      bytesScanned: fc.integer({ min: 0, max: 1e13 }),
      bytesIn: fc.integer({ min: 0, max: 1e12 }),
      events: fc.integer({ min: 0, max: 1e9 }),
    }),
    { selector: ({ pipeline, layer: of }) => `${pipeline} ${of}`, maxLength: 12 },
  ),
  stored: fc.uniqueArray(fc.record({ pipeline: name, bytes: fc.integer({ min: 0, max: 1e13 }) }), {
    selector: ({ pipeline }) => pipeline,
  }),
  seen: fc.integer({ min: 0, max: 60 }).map((minutes) => minutes / 60),
  cores: fc.integer({ min: 1, max: 512 }),
})

const price = fc.double({ min: 0, max: 50, noNaN: true })
const prices = fc
  .record({ cpuHour: price, gbScanned: price, gbStoredMonth: price })
  .map((set) => ({ ...defaultPrices, ...set }))

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)

describe('an hour', () => {
  it('costs its layers and idle: together exactly what was provisioned, scanned and stored', () => {
    fc.assert(
      fc.property(facts, prices, (hour, set) => {
        const priced = priceHour(hour, set)
        const total = sum(priced.rows.map(({ amountNano }) => amountNano))
        expect(total).toBe(priced.provisionedNano + priced.scanNano + priced.storedNano)
        for (const row of priced.rows) expect(row.amountNano).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('costs what a plain recomputation says, row by row, within a billionth or two', () => {
    fc.assert(
      fc.property(facts, prices, (hour, set) => {
        for (const row of priceHour(hour, set).rows) {
          const cpu = (row.cpuUs / 3.6e9) * set.cpuHour
          const scan = (row.bytesScanned / 1e9) * set.gbScanned
          const stored = ((row.bytesStored / 1e9) * set.gbStoredMonth * hour.seen) / hoursOfMonth
          const plain = cpu + scan + stored
          expect(Math.abs(row.amountNano / 1e9 - plain)).toBeLessThanOrEqual(4e-9 + plain * 1e-12)
        }
      }),
    )
  })

  it('loses no CPU, byte or event', () => {
    fc.assert(
      fc.property(facts, (hour) => {
        const { rows } = priceHour(hour, defaultPrices)
        const busy = rows.filter((row) => row.layer !== 'idle')
        expect(sum(busy.map(({ cpuUs }) => cpuUs))).toBe(sum(hour.use.map(({ cpuUs }) => cpuUs)))
        expect(sum(busy.map(({ bytesIn }) => bytesIn))).toBe(sum(hour.use.map(({ bytesIn }) => bytesIn)))
        expect(sum(busy.map(({ bytesStored }) => bytesStored))).toBe(
          sum(hour.stored.map(({ bytes }) => bytes)),
        )
      }),
    )
  })

  it('is idle for what is paid for and not used, and only for as long as it was seen', () => {
    const use = [
      { pipeline: 'a', layer: 'speed' as const, cpuUs: 1_800e6, bytesScanned: 0, bytesIn: 0, events: 0 },
    ]
    const { rows } = priceHour({ use, stored: [], seen: 0.5, cores: 2 }, { ...defaultPrices, cpuHour: 1 })
    expect(rows.map(({ layer: of, amountNano }) => [of, amountNano / 1e9])).toEqual([
      ['speed', 0.5],
      ['idle', 0.5],
    ])
  })

  it('that used more than is paid for has no idle, costs what was used, and says so', () => {
    const use = [
      {
        pipeline: 'a',
        layer: 'batch' as const,
        cpuUs: 2 * hourMs * 1_000,
        bytesScanned: 0,
        bytesIn: 0,
        events: 0,
      },
    ]
    const priced = priceHour({ use, stored: [], seen: 1, cores: 1 }, { ...defaultPrices, cpuHour: 1 })
    expect(priced.isOverProvisioned).toBe(true)
    expect(priced.provisionedNano).toBe(2e9)
    expect(priced.rows.at(-1)).toMatchObject({ layer: 'idle', amountNano: 0, cpuUs: 0 })
  })
})
