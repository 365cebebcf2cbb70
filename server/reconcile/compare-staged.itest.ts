import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuck, type Duck } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import type { Measure } from '../pipeline'
import { compareStaged } from './compare-staged'
import { mapOver, segmentsOver } from './compare-store'
import { add, plain, subtract } from './decimal'
import { causes, type Cause } from './divergence-words'
import { expectAt } from './testing/oracle'
import { wrongCells } from './testing/wrong-cells'
import { addOne, dropKeys, strictlyLate } from './testing/altered'
import { histories, play, type Staged } from './testing/play'

const runs = Number(process.env.RECONCILE_RUNS ?? 20)
const baseSeed = Number(process.env.RECONCILE_SEED ?? Date.now() % 2 ** 30)

let services: TestServices
let duck: Duck
beforeAll(async () => {
  services = await startTestServices()
  duck = await openDuck({ threads: 2 })
  await duck.run('SET preserve_insertion_order = false')
})
afterAll(async () => {
  duck.close()
  await services.stop()
})

type Row = Record<Cause, string> & {
  windowStart: number
  key: string
  measure: string
  speed: string | null
  batch: string | null
  difference: string
  events: Record<string, number>
}

async function rowsOf(versionId: number): Promise<Row[]> {
  const { rows } = await services.pool.query<Row>(
    `SELECT window_start AS "windowStart", key, measure, speed, batch, difference, late, duplicate, invalid, approximation,
            hole, "schema", drift, events FROM divergence_cell WHERE version_id = $1 ORDER BY 1, 2, 3`,
    [versionId],
  )
  return rows
}

const isExact = (measure: Measure) =>
  measure.kind === 'count' ||
  ('type' in measure && measure.type !== 'float' && (measure.kind !== 'mean' || measure.type === 'decimal'))

/** Each row adds up, and the rows of exact measures are those of the plain rules. */
async function checkAgainstOracle({ world, version, range, cut }: Staged): Promise<number> {
  const { pool } = services
  const segments = await segmentsOver(pool, range, await mapOver(pool, world.computeId, range))
  const summary = await compareStaged(world.deps, { compiled: world.compiled, versionId: version.id })
  const rows = await rowsOf(version.id)
  for (const row of rows) {
    const at = `${row.windowStart} ${row.key} ${row.measure}`
    expect({ at, drift: plain(row.drift), odd: row.events.drift ?? 0 }).toEqual({ at, drift: '0', odd: 0 })
    expect({ at, sum: causes.reduce((sum, cause) => add(sum, row[cause]), '0') }).toEqual({
      at,
      sum: plain(row.difference),
    })
    expect({ at, d: subtract(row.speed ?? '0', row.batch ?? '0') }).toEqual({ at, d: plain(row.difference) })
  }
  expect(summary.drifting).toBe(0)
  const found = new Map(rows.map((row) => [`${row.windowStart} ${row.key} ${row.measure}`, row]))
  const expectation = expectAt(world, cut.seqs)
  const exact = world.definition.measures.filter(isExact)
  const counted = world.definition.measures.find(
    (measure) => measure.kind === 'count' && measure.where === null,
  )
  for (const segment of segments) {
    for (const [name, cell] of expectation.cells(segment.version?.cut ?? null)) {
      const windowStart = Number(name.slice(0, name.indexOf(' ')))
      if (windowStart < segment.from || windowStart >= segment.to) continue
      for (const { name: measure } of exact) {
        const text = (value: string | number | null | undefined) => plain(String(value ?? 0))
        const [speed, batch] = [text(cell.served?.[measure]), text(cell.batch?.[measure])]
        const row = found.get(`${name} ${measure}`)
        const shown = row === undefined ? null : [text(row.speed), text(row.batch)]
        expect({ name, measure, shown }).toEqual({
          name,
          measure,
          shown: speed === batch ? null : [speed, batch],
        })
      }
      const row = counted && found.get(`${name} ${counted.name}`)
      if (row === undefined) continue
      const signed = Object.entries(cell.events).map(([cause, n]) => [
        cause,
        String(cause === 'duplicate' ? n : -n),
      ])
      expect({ name, ...pickNonZero(row) }).toEqual({ name, ...Object.fromEntries(signed) })
    }
  }
  return rows.length
}

const pickNonZero = (row: Row) =>
  Object.fromEntries(
    causes.flatMap((cause) => (plain(row[cause]) === '0' ? [] : [[cause, plain(row[cause])]])),
  )

/** The cells with drift are those where what was stored answers, or counts, otherwise than it should. */
async function checkDrift({ world, version, range, cut }: Staged): Promise<number> {
  const { pool } = services
  const map = await mapOver(pool, world.computeId, range)
  const wrong = await wrongCells(pool, world, {
    range,
    epoch: cut.epoch,
    segments: await segmentsOver(pool, range, map),
  })
  await compareStaged(world.deps, { compiled: world.compiled, versionId: version.id })
  const drifting = (await rowsOf(version.id)).filter(
    (row) => plain(row.drift) !== '0' || (row.events.drift ?? 0) > 0,
  )
  expect([...new Set(drifting.map((row) => `${row.windowStart} ${row.key}`))].sort()).toEqual(
    [...wrong].sort(),
  )
  return wrong.size
}

describe('comparing', () => {
  const each = histories * runs
  it(
    `[law 4] explains every difference to the last event, in ${each} random histories in ${runs} logs`,
    { timeout: 900_000 },
    async () => {
      console.info(`reconcile seed ${baseSeed}`)
      let rows = 0
      for (let run = 0; run < runs; run++) {
        const seed = baseSeed + run
        await play(services.pool, duck, seed, {
          onStaged: async (staged) => {
            rows += await checkAgainstOracle(staged)
          },
        }).catch((error: unknown) => {
          throw new Error(`failed with RECONCILE_SEED=${seed} RECONCILE_RUNS=1`, { cause: error })
        })
      }
      expect(rows).toBeGreaterThan(runs)
    },
  )

  const alteredRuns = Math.ceil(runs / 4)
  it.each([
    ['adds one to a sum now and then', addOne],
    ['takes an event on the edge of lateness as in time', strictlyLate],
    ['loses a key', dropKeys],
  ])(
    `[law 4] finds every cell as drift, and nothing else, of a fold that %s`,
    { timeout: 900_000 },
    async (_what, altered) => {
      console.info(`altered seed ${baseSeed}`)
      let found = 0
      for (let run = 0; run < alteredRuns; run++) {
        const seed = baseSeed + run
        await play(services.pool, duck, seed, {
          ...altered(seed),
          onStaged: async (staged) => {
            found += await checkDrift(staged)
          },
        }).catch((error: unknown) => {
          throw new Error(`failed with RECONCILE_SEED=${seed} RECONCILE_RUNS=1`, { cause: error })
        })
      }
      if (alteredRuns > 5) expect(found).toBeGreaterThan(0)
    },
  )
})
