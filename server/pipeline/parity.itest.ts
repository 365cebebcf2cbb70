import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuck, type Duck } from '../clients'
import { roundCell } from './cell'
import { recomputeSql, type RecomputeScope } from './compile-sql'
import { compilePipeline } from './fold'
import { referenceBatch } from './reference'
import { archiveTable } from './testing-archive'
import { differences, foldHistory } from './testing-fold'
import { anyDefinition, anyDeliveries, historyOf, type History } from './testing-histories'
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
    [...foldHistory(compiled, log, [7]).cells].filter(
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
})
