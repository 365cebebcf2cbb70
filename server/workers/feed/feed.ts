import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { openDuck, type Duck, type Nats, type Pool } from '../../clients'
import { appendOrKeep, openAppender, openQuarantine, subjectOf, type LogEvent } from '../../log'
import { partitionOf } from '../../pipeline'
import { logger, sleep, type Stop } from '../../platform'
import {
  brokenEvent,
  COMPRESSION,
  DATA_SPAN_MS,
  DATA_START_MS,
  itemsOf,
  LATEST_ARRIVAL_MS,
  positionAt,
  type FeedItem,
  type FlightRow,
} from './flight-schedule'
import { loadFeedState, saveFeedState } from './feed-store'

export const FEED_TYPE = 'flight.departed'
export const FEED_SOURCE = 'urn:sample:us-on-time-2001'

/** History put into the log at the first start, so that the console has something to show at once. */
const HISTORY_MS = 2 * 3_600_000
/** A feed that was away for longer than this goes on from here; what it missed is not sent. */
const LONGEST_CATCH_UP_MS = HISTORY_MS
/** At the first start the data stands at its eighth noon: a week of it can be history. */
const FIRST_OFFSET_MS = 7.5 * 86_400_000
const AHEAD_MS = 30_000
const TICK_MS = 200

const log = logger('feed')

interface FeedDeps {
  pool: Pool
  nats: Nats
  partitions: number
  now?: () => number
  /** Called before history is put into the log, which it is once. */
  onHistory: () => Promise<void>
}

/**
 * Plays real US on-time flight data of 2001 into the log, a minute a second: event time is the scheduled
 * departure, and an event reaches the log as much later as the flight was late. Resumes where it stopped.
 */
export async function runFeed({
  pool,
  nats,
  partitions,
  now = Date.now,
  onHistory,
}: FeedDeps): Promise<Stop> {
  const duck = await openDuck({})
  const appender = openAppender(nats, { partitions })
  const quarantine = await openQuarantine({ pool, nats, partitions })
  const stopping = new AbortController()
  const stopped = () => stopping.signal.aborted
  const saved = await loadFeedState(pool)
  const state = saved ?? {
    anchorMs: now() - FIRST_OFFSET_MS / COMPRESSION,
    publishedUntilMs: now() - HISTORY_MS,
  }
  state.publishedUntilMs = Math.max(state.publishedUntilMs, now() - LONGEST_CATCH_UP_MS)
  if (!saved) {
    await onHistory()
    await saveFeedState(pool, state)
  }

  const send = async (items: FeedItem[]): Promise<void> => {
    const whole = items.filter((item) => item.kind !== 'broken').map(toEvent)
    if (whole.length > 0) await appendOrKeep({ appender, quarantine }, whole)
    for (const item of items.filter((item) => item.kind === 'broken')) {
      const subject = subjectOf(FEED_TYPE, partitionOf(FEED_SOURCE, item.id, partitions))
      await nats.js.publish(subject, brokenEvent(item, FEED_SOURCE, FEED_TYPE))
    }
  }

  const run = async (): Promise<void> => {
    let planned: FeedItem[] = []
    let plannedUntilMs = state.publishedUntilMs
    let savedAtMs = now()
    while (!stopped()) {
      const dueUntilMs = now()
      if (plannedUntilMs < dueUntilMs + TICK_MS) {
        const nextMs = dueUntilMs + AHEAD_MS
        planned = planned.concat(await itemsBetween(duck, state.anchorMs, plannedUntilMs, nextMs))
        plannedUntilMs = nextMs
      }
      let due = planned.findIndex((item) => item.atMs >= dueUntilMs)
      if (due < 0) due = planned.length
      await send(planned.slice(0, due))
      planned = planned.slice(due)
      state.publishedUntilMs = dueUntilMs
      if (now() - savedAtMs > 2_000) {
        await saveFeedState(pool, state)
        savedAtMs = now()
      }
      await sleep(TICK_MS, stopping.signal)
    }
  }

  const running = (async () => {
    while (!stopped()) {
      try {
        await run()
      } catch (error) {
        if (stopped()) return
        log.warn({ err: error }, 'the sample feed could not publish; it tries again in 2 s')
        const again = await loadFeedState(pool).catch(() => null)
        if (again) state.publishedUntilMs = again.publishedUntilMs
        await sleep(2_000, stopping.signal)
      }
    }
  })()

  return async () => {
    stopping.abort()
    await running
    await saveFeedState(pool, state).catch((error: unknown) => {
      log.warn({ err: error }, 'the feed position was not saved; the last seconds are sent again')
    })
    duck.close()
  }
}

function toEvent(item: FeedItem): LogEvent {
  const { origin, destination, delayMin, distance } = item.flight
  return {
    type: FEED_TYPE,
    source: FEED_SOURCE,
    id: item.id,
    timeMs: item.timeMs,
    attrs: {},
    data: { origin, destination, delay: delayMin, distance },
  }
}

/** Every message due in the half-open wall range, in order of arrival. */
export async function itemsBetween(
  duck: Duck,
  anchorMs: number,
  fromMs: number,
  toMs: number,
): Promise<FeedItem[]> {
  const first = positionAt(anchorMs, fromMs - LATEST_ARRIVAL_MS)
  const last = positionAt(anchorMs, toMs)
  const items: FeedItem[] = []
  for (let cycle = first.cycle; cycle <= last.cycle; cycle++) {
    const lowMs = cycle === first.cycle ? first.offsetMs : 0
    const highMs = cycle === last.cycle ? last.offsetMs : DATA_SPAN_MS
    const rows = await readFlights(duck, DATA_START_MS + lowMs, DATA_START_MS + highMs)
    for (const flight of rows) {
      for (const item of itemsOf(anchorMs, cycle, flight)) {
        if (item.atMs >= fromMs && item.atMs < toMs) items.push(item)
      }
    }
  }
  return items.sort((a, b) => a.atMs - b.atMs)
}

const dataFile = join(
  dirname(createRequire(import.meta.url).resolve('vega-datasets')),
  '../data/flights-3m.parquet',
)

async function readFlights(duck: Duck, fromMs: number, toMs: number): Promise<FlightRow[]> {
  const rows = await duck.rows<{
    row: number
    scheduled: number
    delay: number
    distance: number
    origin: string
    destination: string
  }>(`
    SELECT file_row_number::INTEGER AS row, epoch_ms(date)::DOUBLE AS scheduled, delay::INTEGER AS delay,
      distance::INTEGER AS distance, origin, destination
    FROM read_parquet('${dataFile.replaceAll("'", "''")}', file_row_number = true)
    WHERE date >= make_timestamp(${String(Math.floor(fromMs) * 1000)})
      AND date < make_timestamp(${String(Math.ceil(toMs) * 1000)})`)
  return rows.map((r) => ({
    row: r.row,
    scheduledMs: r.scheduled,
    delayMin: r.delay,
    distance: r.distance,
    origin: r.origin,
    destination: r.destination,
  }))
}
