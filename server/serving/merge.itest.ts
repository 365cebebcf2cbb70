import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction, type Pool } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { AppError } from '../platform'
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

const randomOf = (seed: number) => {
  let state = seed * 2654435761 + 1
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Drives one random history, and compares what is served with the oracle after every change. */
async function runHistory(seed: number, beyond: 'defer' | 'include'): Promise<number> {
  const random = randomOf(seed)
  const below = (n: number) => Math.floor(random() * n)
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T
  const definition = testDefinition({
    name: freshName(),
    lateness: { outOfOrderMs: pick([0, 3_000]), allowedMs: pick([0, 5_000]), beyond },
  })
  const history = await new History(pool, definition, 1 + below(3)).create()
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
    const action = random()
    if (action < 0.3) {
      for (let n = below(6); n >= 0; n--) {
        time += below(4_000)
        const repeated = history.log.length > 0 && random() < 0.15 ? pick(history.log) : null
        const late = random() < 0.2 ? below(60_000) : below(4_000)
        history.append({
          partition: repeated?.partition ?? below(history.partitions),
          id: repeated?.id ?? `e${history.log.length}`,
          time: repeated !== null && random() < 0.5 ? repeated.time : time - late,
          key: pick(['a', 'b', 'Ü\\t', '']),
          miles: below(20) - 3,
          fare: String(below(6)),
        })
      }
    } else if (action < 0.6) await history.step(below(history.partitions), 1 + below(5))
    else if (action < 0.75) await history.commit(below(history.partitions))
    else if (action < 0.78) history.crash(below(history.partitions))
    else if (action < 0.86) {
      const cut = await history.rotate()
      const from = origin - 8 * windowMs + below(14) * windowMs
      const range =
        random() < 0.4
          ? { from: origin - 1e6, to: time + 1e6 }
          : { from, to: from + (1 + below(9)) * windowMs }
      range.from = Math.floor(range.from / windowMs) * windowMs
      range.to = Math.ceil(range.to / windowMs) * windowMs
      const { id, number } = await history.stage(range, cut)
      cuts.set(id, cut)
      staged.push({ id, number, ...range })
    } else if (action < 0.92 && staged.length > 0) {
      const [version] = staged.splice(below(staged.length), 1)
      if (version === undefined) continue
      numbers.set(version.id, version)
      const entry = { from: version.from, to: version.to, versionId: version.id }
      await flip(applyFlip(map(), flipTo(map(), [entry])), () =>
        inTransaction(pool, (client) => publishVersions(client, { ...request, versionIds: [version.id] })),
      )
    } else if (action < 0.95 && numbers.size > 0) {
      const [id, version] = pick([...numbers])
      const entry = { from: version.from, to: version.to, versionId: id }
      await flip(applyFlip(map(), flipTo(map(), [entry])), () =>
        inTransaction(pool, (client) =>
          rollbackTo(client, { ...request, target: { version: version.number } }),
        ),
      )
    } else if (action < 0.97) {
      const target = below(publication + 1)
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
      const values = await readAll(history, pick([5, 1_000, 1_000]))
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
