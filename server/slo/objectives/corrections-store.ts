import type { Pool, PoolClient } from '../../clients'
import type { BudgetCorrectionView } from '../model'
import type { NewCorrection } from './model'

type Queryable = Pick<Pool | PoolClient, 'query'>

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`
const columns = `id, pipeline, objectives, category, reason, ${ms('from_at')} AS "from", ${ms('to_at')} AS "to",
                 recurrence, actor, ${ms('created_at')} AS "createdAt"`

export async function selectCorrections(db: Queryable): Promise<BudgetCorrectionView[]> {
  const { rows } = await db.query<BudgetCorrectionView>({
    name: 'corrections-of-budgets',
    text: `SELECT ${columns} FROM budget_correction WHERE removed_at IS NULL ORDER BY id`,
  })
  return rows
}

export async function insertCorrection(
  client: PoolClient,
  { actor, ...input }: NewCorrection & { actor: string },
): Promise<BudgetCorrectionView> {
  const { rows } = await client.query<BudgetCorrectionView>(
    `INSERT INTO budget_correction (pipeline, objectives, category, reason, from_at, to_at, recurrence, actor)
     VALUES ($1, $2, $3, $4, to_timestamp($5::float8 / 1000), to_timestamp($6::float8 / 1000), $7, $8)
     RETURNING ${columns}`,
    [
      input.pipeline,
      input.objectives,
      input.category,
      input.reason,
      input.from,
      input.to,
      input.recurrence && JSON.stringify(input.recurrence),
      actor,
    ],
  )
  const row = rows[0]
  if (!row) throw new Error('INSERT … RETURNING gave no row')
  return row
}

export async function endCorrection(
  client: PoolClient,
  { id, actor }: { id: number; actor: string },
): Promise<BudgetCorrectionView | null> {
  const { rows } = await client.query<BudgetCorrectionView>(
    `UPDATE budget_correction SET removed_at = now(), removed_by = $2
      WHERE id = $1 AND removed_at IS NULL RETURNING ${columns}`,
    [id, actor],
  )
  return rows[0] ?? null
}
