import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDuck, type Duck } from '../clients'
import { decisionsSql, logStart, type SpeedStart } from './decisions-sql'
import { compilePipeline } from './fold'
import { referenceBatch, referenceSpeed, type ReferenceCells, type ReferenceEvent } from './reference'
import { archiveTable } from './testing-archive'
import { anyDefinition, anyDeliveries, historyOf } from './testing-histories'

interface Decision {
  seq: number
  idx: number
  w: number
  k: string | null
  passes: boolean
  before: boolean
  winner: boolean
  winner_before: boolean
  dup_speed: boolean
  late: boolean
}

const numRuns = Number(process.env.PARITY_RUNS ?? 60)
const DAY = 86_400_000

let duck: Duck
beforeAll(async () => {
  duck = await openDuck({ threads: 2 })
})
afterAll(() => {
  duck.close()
})

/** Several histories, one after the other in one log; some events in the partition of another identity. */
const anyLog = fc
  .tuple(
    fc.array(anyDeliveries, { minLength: 8, maxLength: 8 }),
    fc.integer({ min: 1, max: 3 }),
    fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 20 }),
  )
  .map(([histories, partitions, strays]) => {
    const events = histories.flatMap((deliveries, index) =>
      historyOf(deliveries, partitions, index).events.map((event, at): ReferenceEvent => ({
        ...event,
        seq: index * 1000 + event.seq,
        partition: strays[at % strays.length] === 0 && event.index === 0 ? 0 : event.partition,
      })),
    )
    return { partitions, events: events.filter((event) => isFirstOfMessage(events, event)) }
  })

/** A message is of one partition. */
function isFirstOfMessage(events: ReferenceEvent[], event: ReferenceEvent): boolean {
  return events.find(({ seq }) => seq === event.seq)?.partition === event.partition
}

const shares = fc.array(fc.double({ min: 0, max: 1.2, noNaN: true }), { minLength: 3, maxLength: 3 })

function cellsOf(rows: Decision[], isIn: (row: Decision) => boolean): Record<string, string[]> {
  const cells: Record<string, string[]> = {}
  for (const row of rows)
    if (row.passes && row.k !== null && isIn(row))
      (cells[`${row.w} ${row.k}`] ??= []).push(`${row.seq}.${row.idx}`)
  return cells
}

const referenceCells = (cells: ReferenceCells): Record<string, string[]> =>
  Object.fromEntries(
    [...cells]
      .filter(([, cell]) => cell.events.length > 0)
      .map(([name, cell]) => [name, cell.events.map((e) => `${e.seq}.${e.index}`)]),
  )

/** The state of the speed layer at a cut, as a closed epoch tells it. */
function startAt(
  events: ReferenceEvent[],
  partitions: number,
  after: number[],
  horizonMs: number,
  watermarks: Map<number, number>,
): SpeedStart {
  const parts = Array.from({ length: partitions }, (_, part) => part)
  const logTimes = parts.map(
    (part) => events.filter((e) => e.partition === part && e.seq <= (after[part] ?? -1)).at(-1)?.logTime,
  )
  const untouched = parts.flatMap((part) => (logTimes[part] === undefined ? [(after[part] ?? -1) + 1] : []))
  return {
    watermarks: parts.map((part) => watermarks.get(part) ?? null),
    untouchedFrom: untouched.length === 0 ? null : Math.min(...untouched),
    rememberedFrom: Math.min(
      ...logTimes.map((at) => (at === undefined ? Infinity : (Math.floor(at / horizonMs) - 1) * horizonMs)),
    ),
  }
}

it(
  `[law 4] decides each event as the reference does, from any cut on, in ${numRuns} logs`,
  { timeout: 300_000 },
  async () => {
    const seed = Number(process.env.PARITY_SEED ?? Date.now() % 2 ** 31)
    console.info(`decisions seed ${seed}`)
    await fc.assert(
      fc.asyncProperty(
        anyDefinition,
        anyLog,
        shares,
        shares,
        fc.boolean(),
        async (definition, log, upTo, from, isResumed) => {
          const { events, partitions } = log
          const columns = await archiveTable(duck, 'archive', [...events].reverse())
          const last = Math.max(...events.map((event) => event.seq))
          const cut = upTo.slice(0, partitions).map((share) => Math.floor(share * last))
          const after = from
            .slice(0, partitions)
            .map((share, part) => Math.min(cut[part] ?? 0, Math.floor(share * last * 0.7)))
          const until = (limit: number[]) =>
            events.filter((event) => event.seq <= (limit[event.partition] ?? -1))
          const seen = referenceSpeed(definition, until(after))
          const start = isResumed
            ? startAt(events, partitions, after, definition.dedupeHorizonMs, seen.watermarks)
            : logStart
          const rows = await duck.rows<Decision>(
            `FROM (${decisionsSql(compilePipeline(definition), {
              ...{
                relation: 'archive',
                everywhere: 'archive',
                log: 'archive',
                columns,
                cut,
                after,
                unread: [],
              },
              ...{ from: -900_000 * DAY, to: 9_000_000 * DAY },
              start: Number.isFinite(start.rememberedFrom ?? 0) ? start : { ...start, rememberedFrom: null },
            })}) ORDER BY seq, idx`,
          )
          expect(rows.map(({ seq, idx }) => `${seq}.${idx}`)).toEqual(
            until(cut).map((e) => `${e.seq}.${e.index}`),
          )
          expect(cellsOf(rows, (row) => row.winner)).toEqual(
            referenceCells(referenceBatch(definition, until(cut))),
          )
          expect(cellsOf(rows, (row) => row.before && row.winner_before)).toEqual(
            referenceCells(referenceBatch(definition, until(after))),
          )
          const isDeferred = definition.lateness.beyond === 'defer'
          const speed = referenceSpeed(definition, until(cut), after)
          expect(cellsOf(rows, (row) => !row.before && !row.dup_speed && !(row.late && isDeferred))).toEqual(
            referenceCells(speed.cells),
          )
          const counts = (of: (cell: { late: number; duplicate: number }) => number) =>
            Object.fromEntries(
              [...speed.cells].flatMap(([name, cell]) => (of(cell) === 0 ? [] : [[name, of(cell)]])),
            )
          const lengths = (cells: Record<string, string[]>) =>
            Object.fromEntries(Object.entries(cells).map(([name, list]) => [name, list.length]))
          expect(lengths(cellsOf(rows, (row) => !row.before && row.dup_speed))).toEqual(
            counts((cell) => cell.duplicate),
          )
          expect(lengths(cellsOf(rows, (row) => !row.before && !row.dup_speed && row.late))).toEqual(
            counts((cell) => cell.late),
          )
        },
      ),
      { numRuns, seed, endOnFailure: true },
    )
  },
)
