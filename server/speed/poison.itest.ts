import { headers as newHeaders } from '@nats-io/transport-node'
import type { ChildProcess } from 'node:child_process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestServices, type TestServices } from '../clients/testing'
import { encodeFrame, provisionStreams, subjectOf, type LogEvent } from '../log'
import { newId } from '../platform'
import { addTestPipeline, ended, forkWorker, storedView, testType, untilFolded } from './testing'
import { runSpeedWorker } from './worker'

let services: TestServices
let child: ChildProcess | null = null

beforeEach(async () => {
  services = await startTestServices()
  await provisionStreams(services.nats)
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await services.stop()
})

const at = Date.UTC(2026, 0, 1)
const settings = {
  windowMs: 1_000,
  allowedMs: 2_000,
  outOfOrderMs: 1_000,
  horizonMs: 60_000,
  beyond: 'include',
} as const

/** With a text of a megabyte it asks for one of more than half a gigabyte, which no JavaScript string can be. */
const growing = Array.from({ length: 20 }, () =>
  `(${Array.from({ length: 28 }, () => 'data.note').join('+')})`.replaceAll('data.note', 'data.n'),
).join('+')

let sold = 0
const sale = (shop: string, note = 'x'): LogEvent => ({
  type: testType,
  source: 'till',
  id: String(++sold),
  timeMs: at + sold,
  attrs: {},
  data: { shop, amount: 1, n: note },
})

async function publish(...events: LogEvent[]): Promise<number> {
  const frame = encodeFrame(events, newId())
  const headers = newHeaders()
  for (const [name, value] of frame.headers) headers.set(name, value)
  return (await services.nats.js.publish(subjectOf(testType, 0), frame.body, { headers })).seq
}

test('[law 6] an event whose fold throws is parked, its window marked, and all others are counted', async () => {
  const { pool } = services
  const [throwing, plain] = [
    await addTestPipeline(pool, { ...settings, name: 'throwing' }),
    await addTestPipeline(pool, { ...settings, name: 'plain' }),
  ]
  await pool.query(
    `UPDATE pipeline_version SET definition = jsonb_set(definition, '{spec,filter}', to_jsonb($2::text))
      WHERE pipeline = $1`,
    [throwing.name, `data.amount > 0 && (${growing}) != "x"`],
  )
  const first = (child = await forkWorker(services))
  const poisoned: [seq: number, index: number][] = []
  for (let i = 0; i < 3; i++) {
    await publish(sale('a'), sale('b'))
    poisoned.push([await publish(sale('a'), sale('a', 'x'.repeat(1_000_000)), sale('b')), 1])
    await publish(sale('b'))
  }
  await untilFolded(services, throwing.computeId)
  await untilFolded(services, plain.computeId)

  const { cells, counters } = await storedView(pool, throwing.computeId)
  expect(cells).toEqual({ [`${at}/a`]: { sales: 6, amount: 6 }, [`${at}/b`]: { sales: 9, amount: 9 } })
  expect(counters).toMatchObject({ events: 18, accepted: 15, filtered: 0, late: 0, duplicate: 0 })
  expect((await storedView(pool, plain.computeId)).counters).toMatchObject({ events: 18, accepted: 18 })
  const letters = await pool.query<{ seq: number; index: number; code: string; reason: string }>(
    'SELECT seq, index, code, reason, event_id FROM dead_letter ORDER BY seq',
  )
  expect(letters.rows.map(({ seq, index }) => [seq, index])).toEqual(poisoned)
  for (const { code, reason } of letters.rows) {
    expect(code).toBe('fold_failed')
    expect(reason).toMatch(/^fold_failed: Invalid string length\. The live view of throwing /)
  }
  const holes = await pool.query(
    `SELECT compute_id AS "computeId", layer, seq_from AS "from", seq_to AS "to", from_time AS "fromTime",
            to_time AS "toTime" FROM hole`,
  )
  expect(holes.rows).toEqual([
    {
      computeId: throwing.computeId,
      layer: 'speed',
      from: poisoned[0]?.[0],
      to: poisoned[2]?.[0],
      fromTime: at,
      toTime: at + 999,
    },
  ])

  // A worker that knows of nothing finds the same, and says it once.
  first.kill('SIGKILL')
  await ended(first)
  const stop = await runSpeedWorker({ ...services, schemas: null })
  poisoned.push([await publish(sale('a', 'x'.repeat(1_000_000)), sale('b')), 0])
  await untilFolded(services, throwing.computeId)
  await stop()
  expect((await storedView(pool, throwing.computeId)).counters).toMatchObject({ events: 20, accepted: 16 })
  expect((await pool.query('SELECT 1 FROM dead_letter')).rowCount).toBe(poisoned.length)
})
