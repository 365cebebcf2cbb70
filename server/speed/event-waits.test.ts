import { expect, it } from 'vitest'
import { EventWaits } from './event-waits'

const now = 1_000_000
const batch = (...rows: [seq: number, logTime: number][]) => ({
  n: rows.length,
  seq: rows.map(([seq]) => seq),
  logTime: rows.map(([, logTime]) => logTime),
})

it('tells how many events were logged when, those close together as one', () => {
  const waits = new EventWaits(0, 0)
  waits.note(batch([1, now - 100], [2, now - 98], [3, now - 20]), now)
  waits.note(batch([4, now - 18]), now)
  expect(waits.take()).toEqual([
    { logTime: now - 100, events: 2 },
    { logTime: now - 20, events: 2 },
  ])
  expect(waits.take()).toEqual([])
})

it('leaves out history and what was in the view before', () => {
  const waits = new EventWaits(now - 1_000, 7)
  waits.note(batch([6, now - 5_000], [7, now - 10], [8, now - 10]), now)
  expect(waits.take()).toEqual([{ logTime: now - 10, events: 1 }])
})

it('keeps few runs of a long outage, each age within 2 %', () => {
  const waits = new EventWaits(0, 0)
  const rows = Array.from({ length: 10_000 }, (_, i): [number, number] => [i + 1, now - 600_000 + i * 60])
  waits.note(batch(...rows), now)
  const runs = waits.take()
  expect(runs.length).toBeLessThan(500)
  expect(runs.reduce((sum, { events }) => sum + events, 0)).toBe(10_000)
})
