import type { Pool } from '../../server/clients'
import type { Product } from '../product/start-product'
import { cellName, type Cells } from './ledger'

/** Ranges asked for: everything a producer made, and then some. */
export interface Asked {
  from: number
  to: number
}

interface ValuesPage {
  values: { windowStart: string; key: string; measures: { n: number; total: number } }[]
  nextCursor: string | null
}

/** What the product answers. */
export async function servedCells(product: Product, pipeline: string, { from, to }: Asked): Promise<Cells> {
  const cells: Cells = new Map()
  let cursor: string | null = null
  do {
    const query = new URLSearchParams({
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      limit: '1000',
      ...(cursor === null ? {} : { cursor }),
    })
    const response = await product.call(`/api/v1/pipelines/${pipeline}/values?${String(query)}`, {
      signal: AbortSignal.timeout(30_000),
    })
    if (response.status !== 200) throw new Error(await response.text())
    const page = (await response.json()) as ValuesPage
    for (const { windowStart, key, measures } of page.values)
      cells.set(cellName(Date.parse(windowStart), key), { n: measures.n, total: measures.total })
    cursor = page.nextCursor
  } while (cursor !== null)
  return cells
}

/** What the speed view holds, over all epochs. */
export const speedCells = (pool: Pool, pipeline: string): Promise<Cells> =>
  storedCells(
    pool,
    `SELECT b.window_start AS "windowStart", b.key, sum(b.acc[1]) AS n, sum(b.acc[3]) AS total
       FROM speed_bucket b JOIN compute c ON c.id = b.compute_id
      WHERE c.pipeline = $1 GROUP BY 1, 2 HAVING sum(b.acc[1]) > 0`,
    pipeline,
  )

/** What the versions in force hold. */
export const batchCells = (pool: Pool, pipeline: string): Promise<Cells> =>
  storedCells(
    pool,
    `SELECT v.window_start AS "windowStart", v.key, v.acc[1] AS n, v.acc[3] AS total
       FROM publication_range r
       JOIN compute c ON c.id = r.compute_id
       JOIN version_cell v ON v.version_id = r.version_id
        AND v.window_start >= r.range_from AND v.window_start < r.range_to
      WHERE c.pipeline = $1 AND r.until_number IS NULL`,
    pipeline,
  )

async function storedCells(pool: Pool, text: string, pipeline: string): Promise<Cells> {
  const { rows } = await pool.query<{ windowStart: number; key: string; n: string; total: string }>(text, [
    pipeline,
  ])
  return new Map(
    rows.map(({ windowStart, key, n, total }) => [
      cellName(windowStart, key),
      { n: Number(n), total: Number(total) },
    ]),
  )
}
