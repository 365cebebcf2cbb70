import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction, type Pool } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { AppError, Random } from '../platform'
import type { Cut } from './cut'
import { applyFlip, flipTo, type MapEntry } from './publication'
import { publishVersions } from './publish'
import { readSeries } from './read-series'
import { rollbackTo } from './rollback'
import { freshName, readAll, shown } from './testing/fixture'
import { History, origin, testDefinition, windowMs } from './testing/history'
import { expectedCells } from './testing/oracle'
import { vacuum } from './vacuum'

let services: TestServices
let pool: Pool

beforeAll(async () => {
  services = await startTestServices()
  pool = services.pool
})
afterAll(() => services.stop())

/** Drives one random history, and compares what is served with the oracle after every change. */
async function runHistory(seed: number, beyond: 'defer' | 'include'): Promise<number> {
  const random = new Random(seed)
  const definition = testDefinition({
    name: freshName(),
    lateness: { outOfOrderMs: random.pick([0, 3_000]), allowedMs: random.pick([0, 5_000]), beyond },
  })
  const history = await new History(pool, definition, 1 + random.below(3)).create()
  const cuts = new Map<number, Cut>()
  const maps: MapEntry[][] = [[]]
  const staged: { id: number; number: number; from: number; to: number }[] = []
  const numbers = new Map<number, { number: number; from: number; to: number }>()
  let publication = 0
  let vacuumed = false
  let time = origin
  let checks = 0

  const flip = async (next: MapEntry[], run: () => Promise<{ publication: number }>) => {
    try {
      publication = (await run()).publication
      maps[publication] = next
    } catch (error) {
      expect(error).toBeInstanceOf(AppError)
      expect(vacuumed, String(error)).toBe(true)
    }
  }
  const map = () => maps[publication] ?? []
  const request = { computeId: history.computeId, actor: 'test', reason: null, jobId: null }

  for (let i = 0; i < 90; i++) {
    const action = random.next()
    if (action < 0.3) {
      for (let n = random.below(6); n >= 0; n--) {
        time += random.below(4_000)
        const repeated = history.log.length > 0 && random.chance(0.15) ? random.pick(history.log) : null
        const late = random.chance(0.2) ? random.below(60_000) : random.below(4_000)
        history.append({
          partition: repeated?.partition ?? random.below(history.partitions),
          id: repeated?.id ?? `e${history.log.length}`,
          time: repeated !== null && random.chance(0.5) ? repeated.time : time - late,
          key: random.pick(['a', 'b', 'Ü\\t', '']),
          miles: random.below(20) - 3,
          fare: String(random.below(6)),
        })
      }
    } else if (action < 0.6) await history.step(random.below(history.partitions), 1 + random.below(5))
    else if (action < 0.75) await history.commit(random.below(history.partitions))
    else if (action < 0.78) history.crash(random.below(history.partitions))
    else if (action < 0.86) {
      const cut = await history.rotate()
      const from = origin - 8 * windowMs + random.below(14) * windowMs
      const range = random.chance(0.4)
        ? { from: origin - 1e6, to: time + 1e6 }
        : { from, to: from + (1 + random.below(9)) * windowMs }
      range.from = Math.floor(range.from / windowMs) * windowMs
      range.to = Math.ceil(range.to / windowMs) * windowMs
      const { id, number } = await history.stage(range, cut)
      cuts.set(id, cut)
      staged.push({ id, number, ...range })
    } else if (action < 0.92 && staged.length > 0) {
      const [version] = staged.splice(random.below(staged.length), 1)
      if (version === undefined) continue
      numbers.set(version.id, version)
      const entry = { from: version.from, to: version.to, versionId: version.id }
      await flip(applyFlip(map(), flipTo(map(), [entry])), () =>
        inTransaction(pool, (client) => publishVersions(client, { ...request, versionIds: [version.id] })),
      )
    } else if (action < 0.95 && numbers.size > 0) {
      const [id, version] = random.pick([...numbers])
      const entry = { from: version.from, to: version.to, versionId: id }
      await flip(applyFlip(map(), flipTo(map(), [entry])), () =>
        inTransaction(pool, (client) =>
          rollbackTo(client, { ...request, target: { version: version.number } }),
        ),
      )
    } else if (action < 0.97) {
      const target = random.below(publication + 1)
      await flip(maps[target] ?? [], () =>
        inTransaction(pool, (client) => rollbackTo(client, { ...request, target: { publication: target } })),
      )
    } else if (i > 45) {
      vacuumed = true
      await vacuum(pool, {
        computeId: history.computeId,
        definition,
        clock: { now: () => Date.now() + 10 * 86_400_000 },
      })
    }
    if (action >= 0.6) {
      const values = await readAll(history, random.pick([5, 1_000, 1_000]))
      expect(shown(values), `seed ${seed} ${beyond} step ${i}`).toEqual(expectedCells(history, map(), cuts))
      checks++
    }
  }
  const series = await readSeries(pool, {
    compute: history.compute,
    compiled: history.compiled,
    from: origin - 1e6,
    to: time + 1e6,
  })
  const totals = new Map<number, number>()
  for (const { windowStart, measures } of expectedCells(history, map(), cuts)) {
    totals.set(windowStart, (totals.get(windowStart) ?? 0) + Number(measures.miles))
  }
  expect(
    new Map(series.points.flatMap((p) => (p.merged.miles === null ? [] : [[p.windowStart, p.merged.miles]]))),
  ).toEqual(totals)
  return checks
}

// More on request: PARALLAX_HISTORIES=500.
const histories = Number(process.env.PARALLAX_HISTORIES ?? 12)

describe('the merge on random histories', () => {
  it.each(['defer', 'include'] as const)(
    '[law 5] serves at every checkpoint what the version and the speed view have accepted (%s)',
    async (beyond) => {
      let checks = 0
      for (let seed = 1; seed <= histories; seed++) checks += await runHistory(seed, beyond)
      expect(checks).toBeGreaterThan(15 * histories)
    },
  )
})
