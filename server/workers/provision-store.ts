import type { Pool } from '../clients'

/** Tells the status how the log's server syncs, which the server itself does not tell; null: not known. */
export async function saveLogSync(pool: Pool, sync: 'always' | 'default' | null): Promise<void> {
  await pool.query(
    `INSERT INTO setting (key, value) VALUES ('logSync', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [JSON.stringify(sync)],
  )
}

/** Every pipeline there is or was. */
export async function pipelineNames(pool: Pool): Promise<Set<string>> {
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM pipeline')
  return new Set(rows.map(({ name }) => name))
}
