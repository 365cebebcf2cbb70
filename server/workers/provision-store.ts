import { saveSetting, type Pool } from '../clients'

/** Tells the status how the log's server syncs, which the server itself does not tell; null: not known. */
export const saveLogSync = (pool: Pool, sync: 'always' | 'default' | null) =>
  saveSetting(pool, 'logSync', sync)

/** Every pipeline there is or was. */
export async function pipelineNames(pool: Pool): Promise<Set<string>> {
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM pipeline')
  return new Set(rows.map(({ name }) => name))
}
