import { crc32 } from 'node:zlib'

/** One row of the on-time data: scheduled departure, minutes of delay, and the row's number in the file. */
export interface FlightRow {
  row: number
  /** Scheduled departure as the data has it, epoch ms. */
  scheduledMs: number
  delayMin: number
  distance: number
  origin: string
  destination: string
}

/** A message due at `atMs` (wall time): the flight itself, the same event again, or a broken event. */
export interface FeedItem {
  atMs: number
  kind: 'flight' | 'duplicate' | 'broken'
  id: string
  timeMs: number
  flight: FlightRow
}

/** A minute of the data passes in a second: a day takes 24 minutes, the whole data three days. */
export const COMPRESSION = 60
export const DATA_START_MS = Date.UTC(2001, 0, 1)
export const DATA_SPAN_MS = Date.UTC(2001, 6, 1) - DATA_START_MS

/** Shares of events sent twice and of broken events added; shown on the screen. */
export const DUPLICATE_RATE = 0.005
export const BROKEN_RATE = 0.002
/** One duplicate in this many comes back after the dedupe horizon, where only batch can find it. */
const BEYOND_HORIZON_EVERY = 20
const BEYOND_HORIZON_MS = 12 * 60_000

/** The longest a message may come after its event time: the latest departure of the data, sent twice. */
export const LATEST_ARRIVAL_MS = 1_700 * 1_000 + BEYOND_HORIZON_MS

/**
 * Where the data stands at a wall instant: the cycle (how often it was played through) and the offset in it.
 * `anchorMs` is the wall instant at which cycle 0 began.
 */
export function positionAt(anchorMs: number, wallMs: number): { cycle: number; offsetMs: number } {
  const elapsed = (wallMs - anchorMs) * COMPRESSION
  const cycle = Math.floor(elapsed / DATA_SPAN_MS)
  return { cycle, offsetMs: elapsed - cycle * DATA_SPAN_MS }
}

/** The wall instant (event time) of a scheduled departure in a cycle, whole milliseconds. */
export function eventTimeOf(anchorMs: number, cycle: number, scheduledMs: number): number {
  return Math.round(anchorMs + (cycle * DATA_SPAN_MS + (scheduledMs - DATA_START_MS)) / COMPRESSION)
}

/** The messages one flight leads to, from its row alone: the same on every run. */
export function itemsOf(anchorMs: number, cycle: number, flight: FlightRow): FeedItem[] {
  const timeMs = eventTimeOf(anchorMs, cycle, flight.scheduledMs)
  // A flight that left early is told of at its scheduled time: no event is in the log before it happened.
  const atMs = timeMs + (Math.max(0, flight.delayMin) * 60_000) / COMPRESSION
  const id = `${String(cycle)}-${String(flight.row)}`
  const items: FeedItem[] = [{ atMs, kind: 'flight', id, timeMs, flight }]
  const draw = crc32(id) / 0x1_0000_0000
  if (draw < DUPLICATE_RATE) {
    const beyond = crc32(`${id}+`) % BEYOND_HORIZON_EVERY === 0
    const againMs = beyond ? BEYOND_HORIZON_MS : 1_000 + (crc32(`${id}-`) % 60_000)
    items.push({ atMs: atMs + againMs, kind: 'duplicate', id, timeMs, flight })
  }
  if (draw > 1 - BROKEN_RATE) items.push({ atMs, kind: 'broken', id: `${id}-broken`, timeMs, flight })
  return items
}

/** How the sample breaks an event: each kind ends in the dead letters with another reason. */
export function brokenEvent(item: FeedItem, source: string, type: string): string {
  const { flight } = item
  const data = {
    origin: flight.origin,
    destination: flight.destination,
    delay: flight.delayMin,
    distance: flight.distance,
  }
  const event = {
    specversion: '1.0',
    id: item.id,
    source,
    type,
    time: new Date(item.timeMs).toISOString(),
    data,
  }
  switch (flight.row % 4) {
    case 0:
      return JSON.stringify({ ...event, data: { ...data, delay: 'n/a' } })
    case 1:
      return JSON.stringify({ ...event, data: { ...data, origin: undefined } })
    case 2:
      return JSON.stringify({ ...event, time: 'yesterday' })
    default:
      return JSON.stringify(event).slice(0, -20)
  }
}
