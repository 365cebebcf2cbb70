import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServices, type TestServices } from '../clients/testing'
import { forgetDivergence } from './forget-divergence'
import { storeComparison } from './testing-divergence'

let services: TestServices

beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())

const day = 86_400_000
const now = Date.UTC(2026, 0, 1)

it('forgets windows past retention, what nobody can publish any more and old corrections that were sent', async () => {
  const { pool } = services
  const version = async (number: number, state: string, publishedAt: number | null) => {
    const { rows } = await pool.query<{ id: number }>(
      `INSERT INTO version (compute_id, number, pipeline, range_from, range_to, epoch, cut, state, schemas, created_by, published_at)
       VALUES (1, $1, 'p', 0, 1, 0, '{1}', $2, '{}', 'test', to_timestamp($3::float8 / 1000)) RETURNING id`,
      [number, state, publishedAt],
    )
    const id = rows[0]?.id ?? 0
    await pool.query(`INSERT INTO cell_change (version_id, window_start, key) VALUES ($1, 0, 'k')`, [id])
    await storeComparison(
      pool,
      { id, computeId: 1 },
      [now - 10 * day, now].map((windowStart) => ({
        windowStart,
        key: 'k',
        measure: 'n',
        speed: '1',
        batch: '2',
        relative: 0.5,
        causes: { late: '-1' },
        mainCause: 'late',
      })),
    )
    return id
  }
  const published = await version(1, 'published', now)
  const gone = await version(2, 'discarded', now)
  await version(3, 'discarded', null)
  const staged = await version(4, 'staged', null)
  const correction = (ageDays: number, sent: number | null) =>
    pool.query(
      `INSERT INTO correction (compute_id, pipeline, publication, kind, window_start, window_end, key, cut, created_at, published_seq)
       VALUES (1, 'p', 1, 'publish', 0, 1, $1, '[]', to_timestamp($2::float8 / 1000), $3)`,
      [`${ageDays} ${String(sent)}`, now - ageDays * day, sent],
    )
  await correction(40, 1)
  await correction(40, null)
  await correction(1, 2)

  await forgetDivergence(pool, { computeId: 1, before: now - 5 * day, now })

  const ids = async (sql: string) => (await pool.query<{ id: unknown }>(sql)).rows.map(({ id }) => id)
  expect(await ids('SELECT version_id AS id FROM cell_change')).toEqual([staged])
  expect(await ids('SELECT version_id AS id FROM divergence_cell ORDER BY 1')).toEqual([
    published,
    gone,
    staged,
  ])
  expect(await ids('SELECT DISTINCT window_start AS id FROM divergence_cell')).toEqual([now])
  expect(await ids('SELECT key AS id FROM correction ORDER BY 1')).toEqual(['1 2', '40 null'])
})
