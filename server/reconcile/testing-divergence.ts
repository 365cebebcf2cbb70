import type { Pool } from '../clients'
import type { Cause } from './divergence-words'

/** One differing cell as a comparison would store it. */
export interface StoredDivergence {
  windowStart: number
  key: string
  measure: string
  speed: string | null
  batch: string | null
  relative: number
  causes: Partial<Record<Cause, string>>
  mainCause: Cause
  state?: 'settled' | 'in_flight' | 'partial'
}

/** Writes what a comparison of the version would have written, through SQL alone. */
export async function storeComparison(
  pool: Pool,
  version: { id: number; computeId: number },
  rows: readonly StoredDivergence[],
): Promise<void> {
  const settled = rows.filter(({ state }) => state !== 'in_flight')
  await pool.query(
    `INSERT INTO comparison (version_id, compute_id, cells, differing, beyond, drifting, in_flight, measures, seconds)
     VALUES ($1, $2, $3, $4, $4, $5, $6, '{}', 0.1)`,
    [
      version.id,
      version.computeId,
      rows.length,
      settled.length,
      settled.filter(({ mainCause }) => mainCause === 'drift').length,
      rows.length - settled.length,
    ],
  )
  for (const { causes, ...row } of rows)
    await pool.query(
      `INSERT INTO divergence_cell (compute_id, window_start, key, measure, version_id, speed, batch, difference, relative,
                                    late, duplicate, invalid, approximation, hole, "schema", drift, main_cause, events, state)
       VALUES ($1, $2, $3, $4, $5, $6::numeric, $7::numeric, coalesce($6::numeric, 0) - coalesce($7::numeric, 0), $8,
               $9, $10, $11, $12, $13, $14, $15, $16, '{}', $17)`,
      [
        version.computeId,
        row.windowStart,
        row.key,
        row.measure,
        version.id,
        row.speed,
        row.batch,
        row.relative,
        ...(['late', 'duplicate', 'invalid', 'approximation', 'hole', 'schema', 'drift'] as const).map(
          (cause) => causes[cause] ?? '0',
        ),
        row.mainCause,
        row.state ?? 'settled',
      ],
    )
}
