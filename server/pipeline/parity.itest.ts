import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuck, type Duck } from '../clients'
import { roundCell } from './cell'
import { parseDefinition } from './definition'
import { partitionOf } from './fingerprint'
import { recomputeSql, type RecomputeScope } from './compile-sql'
import { compilePipeline } from './fold'
import { referenceBatch } from './reference'
import { archiveTable } from './testing-archive'
import { differences, foldHistory } from './testing-fold'
import { anyDefinition, anyDeliveries, EVENT_TYPE, historyOf, type History } from './testing-histories'
import type { Definition } from './types'
import { versionCellReader } from './version-cell'

interface Row {
  window_start: number
  key: string
  acc_text: string
  sketch_hex: string | null
}

const HISTORIES_PER_RUN = 25
const numRuns = Number(process.env.PARITY_RUNS ?? 45)
const DAY = 86_400_000

let duck: Duck
beforeAll(async () => {
  duck = await openDuck({ threads: 2 })
})
afterAll(() => {
  duck.close()
})

const everything = { from: -DAY * 30, to: DAY * 30, cut: [1e9, 1e9] }

function definitionOf(measures: unknown): Definition {
  const parsed = parseDefinition({
    apiVersion: 'parallax/v1',
    kind: 'Pipeline',
    metadata: { name: 'trades' },
    spec: {
      events: { type: EVENT_TYPE },
      key: 'data.symbol',
      window: { size: '1m' },
      lateness: { beyond: 'include' },
      dedupe: { horizon: '7d' },
      measures,
    },
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.definition
}

/** Two windows of two keys with 15,000 events each, of two partitions. */
function largeLog(): History {
  const events = Array.from({ length: 30_000 }, (_, i) => {
    const id = `event ${i % 29_000}`
    const partition = partitionOf('s', id, 2)
    const size = i % 3 === 0 ? 0 : i % 1000 === 1 ? 10 ** ((i % 70) - 35) : (((i * 7919) % 4001) - 2000) / 10
    return {
      ...{ type: EVENT_TYPE, id, source: 's', subject: null, partition, seq: i, index: 0, logTime: i },
      time: (i % 2) * 60_000,
      data: { symbol: i % 5 === 0 ? 'B' : 'A', size },
    }
  })
  return { partitions: 2, events }
}

/** Several histories, apart in time and identity, as one log of one archive. */
const anyLog = fc
  .tuple(
    fc.array(anyDeliveries, { minLength: HISTORIES_PER_RUN, maxLength: HISTORIES_PER_RUN }),
    fc.integer({ min: 1, max: 3 }),
  )
  .map(([histories, partitions]): History => {
    const events = histories.flatMap((deliveries, index) =>
      historyOf(deliveries, partitions, index).events.map((event) => ({
        ...event,
        seq: index * 1000 + event.seq,
      })),
    )
    return { partitions, events }
  })

const anyScope = fc.record({
  /** By partition, as a share of the log; above 1: all of it. */
  cut: fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 }),
  /** The histories whose time the range spans; null: all of time. */
  range: fc.option(fc.tuple(fc.nat({ max: 24 }), fc.nat({ max: 24 }))),
})

type Scope = typeof anyScope extends fc.Arbitrary<infer T> ? T : never

function scopeOf(definition: Definition, { partitions, events }: History, scope: Scope) {
  const last = Math.max(...events.map((event) => event.seq))
  const size = definition.windowSizeMs
  const snap = (time: number) => Math.floor(time / size) * size
  const times = events.map((event) => event.time)
  const edges = (scope.range ?? []).map((nth) => snap(times[Math.floor((nth / 25) * times.length)] ?? 0))
  const all = [snap(Math.min(...times)) - DAY * 31, snap(Math.max(...times)) + DAY * 31].map(snap)
  const [from = 0, to = 0] = edges.length === 2 ? edges.sort((a, b) => a - b) : all
  const cut = scope.cut.slice(0, partitions).map((share) => Math.floor(share * last))
  return { cut, from, to: to === from ? to + size : to }
}

async function recompute(definition: Definition, scope: RecomputeScope): Promise<Map<string, Row>> {
  const compiled = compilePipeline(definition)
  const read = versionCellReader(compiled)
  const rows = await duck.rows<Row>(recomputeSql(compiled, scope))
  const positions = rows.map((row) => [row.window_start, Buffer.from(row.key).toString('hex')] as const)
  expect(positions).toEqual(
    [...positions].sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0)),
  )
  return new Map(
    rows.map((row) => {
      const { accText: text, sketchHex } = read(row.acc_text, row.sketch_hex)
      return [`${row.window_start} ${row.key}`, { ...row, acc_text: text, sketch_hex: sketchHex }]
    }),
  )
}

function slotsOf(text: string): (string | null)[] {
  return text
    .slice(1, -1)
    .split(',')
    .map((slot) => (slot === 'NULL' ? null : slot))
}

/**
 * The statement against the reference, and against a fold that includes everything: its slots are estimates where
 * the statement's are exact, its sketches the same bytes.
 */
function compare(
  definition: Definition,
  rows: Map<string, Row>,
  log: History,
  range: { from: number; to: number },
) {
  const compiled = compilePipeline(definition)
  const isInRange = ({ windowStart }: { windowStart: number }) =>
    windowStart >= range.from && windowStart < range.to
  const expected = new Map([...referenceBatch(definition, log.events)].filter(([, cell]) => isInRange(cell)))
  const folded = new Map(
    [...foldHistory(compiled, log, [log.events.length > 5000 ? 5000 : 7]).cells].filter(
      ([, delta]) => isInRange(delta) && delta.cell.acc[0] !== '0',
    ),
  )
  expect([...rows.keys()].sort()).toEqual([...expected.keys()].sort())
  expect([...folded.keys()].sort()).toEqual([...expected.keys()].sort())
  for (const [name, cell] of expected) {
    const row = rows.get(name)
    const delta = folded.get(name)
    if (row === undefined || delta === undefined) throw new Error(name)
    const differ = (acc: (string | null)[], isExact: boolean) =>
      differences(definition, compiled.layout.slots, { acc, isExact }, cell)
    const found = {
      sql: differ(slotsOf(row.acc_text), true),
      fold: differ(roundCell(compiled, delta.cell).acc, false),
    }
    expect({ name, ...found }).toEqual({ name, sql: [], fold: [] })
    const sketch = delta.cell.sketch === null ? null : Buffer.from(delta.cell.sketch).toString('hex')
    expect(row.sketch_hex?.toLowerCase() ?? null).toBe(sketch)
  }
}

describe('recompute', () => {
  it(
    `[law 2] gives what the reference and the fold give, on ${numRuns * HISTORIES_PER_RUN} histories`,
    { timeout: 600_000 },
    async () => {
      const seed = Number(process.env.PARITY_SEED ?? Date.now() % 2 ** 31)
      console.info(`parity seed ${seed}`)
      await fc.assert(
        fc.asyncProperty(
          anyDefinition,
          anyLog,
          anyScope,
          fc.boolean(),
          async (base, log, anyRange, isJson) => {
            const definition: Definition = {
              ...base,
              dedupeHorizonMs: 7 * DAY,
              lateness: { ...base.lateness, beyond: 'include' },
            }
            const columns = await archiveTable(duck, 'archive', [...log.events].reverse())
            const { cut, from, to } = scopeOf(definition, log, anyRange)
            const rows = await recompute(definition, {
              relation: 'archive',
              columns: isJson ? { ...columns, shredded: false } : columns,
              from,
              to,
              cut,
              outsideRelation: 'archive',
            })
            const events = log.events.filter((event) => event.seq <= (cut[event.partition] ?? -1))
            compare(definition, rows, { ...log, events }, { from, to })
          },
        ),
        { numRuns, seed, endOnFailure: true },
      )
    },
  )

  it('[law 2] makes the bytes of the fold of cells with thousands of values, negative, zero and collapsed', async () => {
    const definition = definitionOf({
      ids: { distinct: 'id' },
      few: { distinct: 'data.symbol' },
      p: { quantile: 'data.size', q: 0.9 },
    })
    const log = largeLog()
    const columns = await archiveTable(duck, 'large', log.events)
    const rows = await recompute(definition, { ...everything, relation: 'large', columns })
    expect(rows.size).toBeGreaterThan(3)
    compare(definition, rows, log, everything)
  })

  it('[law 3] gives the same text whatever the threads, the order of rows and their chunks', async () => {
    const definition = definitionOf({
      sum: { sum: 'data.size / 7.0' },
      mean: { mean: 'data.size' },
      exact: { sum: 'data.size', type: 'decimal' },
      ids: { distinct: 'id' },
      p: { quantile: 'data.size', q: 0.5 },
    })
    const { events } = largeLog()
    const results: string[] = []
    for (const [threads, step] of [
      [1, 1],
      [2, 7],
      [4, 30_011],
    ] as const) {
      const reordered = events
        .map((_, i) => events[(i * step) % events.length])
        .filter((event) => event !== undefined)
      const columns = await archiveTable(duck, 'reordered', reordered)
      await duck.run(`SET threads = ${threads}`)
      const rows = await recompute(definition, { ...everything, relation: 'reordered', columns })
      results.push(JSON.stringify([...rows.values()]))
    }
    expect(new Set(results).size).toBe(1)
  })

  it('[law 3] is not fooled by fingerprints that collide, and counts the earliest of an identity outside the range', async () => {
    const definition = definitionOf({ n: { count: true } })
    const at = (seq: number, id: string, time: number) => ({
      ...{ type: EVENT_TYPE, source: 's', subject: null, partition: 0, index: 0, data: { symbol: 'A' } },
      ...{ seq, id, time, logTime: seq },
    })
    const events = [at(1, 'a', -1), at(2, 'a', 1000), at(3, 'b', 1000), at(4, 'b', -1), at(5, 'c', 1000)]
    const columns = await archiveTable(duck, 'twice', events)
    await duck.run('UPDATE twice SET fp = 1')
    const scope = { relation: 'twice', columns, from: 0, to: 60_000, cut: [4] }
    const texts = async (more: object) =>
      [...(await recompute(definition, { ...scope, ...more })).values()].map((row) => row.acc_text)
    expect(await texts({ outsideRelation: 'twice' })).toEqual(['{1,1}'])
    expect(await texts({})).toEqual(['{2,2}'])
    expect(await texts({ cut: [5], outsideRelation: 'twice' })).toEqual(['{2,2}'])
    expect(await texts({ cut: [0] })).toEqual([])
  })
})
