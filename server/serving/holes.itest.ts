import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction, type Pool } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { publishVersions } from './publish'
import { readCell } from './read-cell'
import { readSeries } from './read-series'
import { readTopKeys } from './read-top-keys'
import { readValues, type ValuesAnswer } from './read-values'
import { everything, filled, requestOf } from './testing/fixture'
import { windowMs, type History } from './testing/history'

let services: TestServices
let pool: Pool

beforeAll(async () => {
  services = await startTestServices()
  pool = services.pool
})
afterAll(() => services.stop())
afterEach(() => pool.query('DELETE FROM hole'))

/** Two whole windows in the middle of the events. */
const lost = { from: everything.from + 11 * windowMs, to: everything.from + 13 * windowMs }
const isLost = ({ time }: { time: number }) => time >= lost.from && time < lost.to

async function note(history: History, layer: string, { from, to } = lost): Promise<void> {
  const seqs = history.log.filter(isLost).map(({ seq }) => seq)
  await pool.query(
    `INSERT INTO hole (type, seq_from, seq_to, from_time, to_time, layer, reason) VALUES ($1, $2, $3, $4, $5, $6, 'test')`,
    [history.definition.eventType, Math.min(...seqs), Math.max(...seqs), from + 1, to - 1, layer],
  )
}

/** At a cut beyond all there is. */
async function recount(history: History): Promise<void> {
  const { id } = await history.stage(everything, await history.rotate())
  await inTransaction(pool, (client) => publishVersions(client, { ...requestOf(history), versionIds: [id] }))
}

const startsOf = ({ from, to }: { from: number; to: number }) =>
  Array.from({ length: (to - from) / windowMs }, (_, i) => from + i * windowMs)

/** The windows that each kind of read says to be partial. */
async function partialOf(history: History, asOf?: number) {
  const query = { ...history.target, ...everything }
  const { values, partial } = await readValues(pool, { ...query, limit: 1_000, asOf })
  const { points } = await readSeries(pool, query)
  const cells = startsOf(everything).map((windowStart) =>
    readCell(pool, { ...history.target, windowStart, key: 'k1' }),
  )
  const tops = startsOf(everything).map(async (from) => {
    const top = await readTopKeys(pool, { ...query, from, to: from + windowMs, measure: 'miles' })
    expect(top.keys.every(({ completeness }) => (completeness === 'partial') === (top.hole !== null))).toBe(
      true,
    )
    return { from, hole: top.hole }
  })
  const windows = partial.flatMap(({ from, to }) => startsOf({ from: from ?? NaN, to: to ?? NaN }))
  // No cell says otherwise than the page.
  for (const { windowStart, completeness } of values)
    expect(completeness === 'partial').toBe(windows.includes(windowStart))
  return {
    values: windows,
    series: points
      .filter(({ completeness }) => completeness === 'partial')
      .map(({ windowStart }) => windowStart),
    cells: (await Promise.all(cells))
      .filter(({ completeness }) => completeness === 'partial')
      .map(({ windowStart }) => windowStart),
    topKeys: (await Promise.all(tops)).filter(({ hole }) => hole !== null).map(({ from }) => from),
  }
}

const everywhere = (windows: number[]) => ({
  values: windows,
  series: windows,
  cells: windows,
  topKeys: windows,
})

describe('windows that a hole touches, whether or not anything was counted there', () => {
  it('[law 5] are partial in every read where the archive lost all of their events, once recounted without them', async () => {
    const history = await filled(pool)
    await note(history, 'archive')
    // Speed has counted them and answers alone.
    expect(await partialOf(history)).toEqual(everywhere([]))
    history.log.splice(0, Infinity, ...history.log.filter((event) => !isLost(event)))
    await recount(history)
    const { values } = await readValues(pool, { ...history.target, ...lost })
    expect(values).toEqual([])
    expect(await partialOf(history)).toEqual(everywhere(startsOf(lost)))
    const { rows } = await pool.query<{ at: Date }>('SELECT clock_timestamp() AS at')
    expect((await partialOf(history, (rows[0]?.at.getTime() ?? 0) + 1)).values).toEqual(startsOf(lost))
    expect((await readValues(pool, { ...history.target, ...everything, asOf: 0 })).partial).toEqual([])
    const { points } = await readSeries(pool, { ...history.target, ...lost })
    expect(points.map(({ merged, hole }) => [merged.trips, merged.miles, hole])).toEqual(
      startsOf(lost).map(() => [null, null, expect.stringContaining('The archive lacks messages') as string]),
    )
  })

  it('[law 5] are partial before and not after a recount where speed lacks what batch has', async () => {
    const history = await filled(pool)
    const empty = { from: everything.to - 3 * windowMs, to: everything.to - windowMs }
    await note(history, 'speed')
    await note(history, 'speed', empty)
    expect(await partialOf(history)).toEqual(everywhere([...startsOf(lost), ...startsOf(empty)]))
    await recount(history)
    expect(await partialOf(history)).toEqual(everywhere([]))
  })

  it('[law 5] are told once over all pages, and to no end where the hole has none', async () => {
    const history = await filled(pool)
    await note(history, 'archive')
    history.log.splice(0, Infinity, ...history.log.filter((event) => !isLost(event)))
    await recount(history)
    const told: ValuesAnswer['partial'] = []
    let cursor: string | undefined
    do {
      const page = await readValues(pool, { ...history.target, limit: 3, cursor })
      told.push(...page.partial)
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(told).toEqual([{ ...lost, hole: expect.stringContaining('The archive lacks') as string }])
    await pool.query('UPDATE hole SET from_time = NULL, to_time = NULL')
    await pool.query(`UPDATE hole SET layer = 'quarantine'`)
    const { partial } = await readValues(pool, { ...history.target, limit: 1_000 })
    expect(partial).toEqual([{ from: null, to: null, hole: 'test' }])
  })
})
