import { describe, expect, it } from 'vitest'
import {
  BROKEN_RATE,
  brokenEvent,
  COMPRESSION,
  DATA_SPAN_MS,
  DATA_START_MS,
  DUPLICATE_RATE,
  eventTimeOf,
  itemsOf,
  positionAt,
  type FlightRow,
} from './flight-schedule'

const anchorMs = Date.UTC(2026, 0, 1)
const flight = (row: number, delayMin = 30): FlightRow => ({
  row,
  scheduledMs: DATA_START_MS + row * 60_000,
  delayMin,
  distance: 500,
  origin: 'JFK',
  destination: 'LAX',
})

describe('flight schedule', () => {
  it('plays a minute of data in a second', () => {
    expect(eventTimeOf(anchorMs, 0, DATA_START_MS + 60_000) - anchorMs).toBe(60_000 / COMPRESSION)
  })

  it('begins the next cycle where the data ends', () => {
    const oneCycleMs = DATA_SPAN_MS / COMPRESSION
    expect(positionAt(anchorMs, anchorMs + oneCycleMs)).toEqual({ cycle: 1, offsetMs: 0 })
    expect(eventTimeOf(anchorMs, 1, DATA_START_MS)).toBe(anchorMs + oneCycleMs)
  })

  it('lets a late flight reach the log as much later as it was late', () => {
    const [item] = itemsOf(anchorMs, 0, flight(10, 45))
    expect(item && item.atMs - item.timeMs).toBe(45_000)
  })

  it('sends duplicates and broken events at the stated rates', () => {
    const counts = { flight: 0, duplicate: 0, broken: 0 }
    for (let row = 0; row < 50_000; row++) {
      for (const item of itemsOf(anchorMs, 0, flight(row))) counts[item.kind]++
    }
    expect(counts.flight).toBe(50_000)
    expect(counts.duplicate / 50_000).toBeGreaterThan(DUPLICATE_RATE * 0.8)
    expect(counts.duplicate / 50_000).toBeLessThan(DUPLICATE_RATE * 1.2)
    expect(counts.broken / 50_000).toBeGreaterThan(BROKEN_RATE * 0.7)
    expect(counts.broken / 50_000).toBeLessThan(BROKEN_RATE * 1.3)
  })

  it('breaks events in four ways, one of them unreadable JSON', () => {
    const texts = [0, 1, 2, 3].map((row) => {
      const [item] = itemsOf(anchorMs, 0, flight(row))
      if (!item) throw new Error('no item')
      return brokenEvent(item, 'urn:s', 'flight.departed')
    })
    expect(new Set(texts.map((text) => text.replace(/"id":"[^"]*"/, ''))).size).toBe(4)
    expect(() => JSON.parse(texts[3] ?? '') as unknown).toThrow()
  })
})
