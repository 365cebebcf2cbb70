import { holdConnection, type Pool } from '../clients'
import type { EngineCell } from './engine'

const fetchRows = 5_000

/** A version's rows in the order they were digested in: window, then the bytes of the key. */
export async function* versionCells(pool: Pool, versionId: number): AsyncGenerator<EngineCell[]> {
  const { client, spoil, release } = await holdConnection(pool)
  try {
    await client.query('BEGIN READ ONLY')
    await client.query(
      `DECLARE cells NO SCROLL CURSOR FOR
         SELECT window_start AS "windowStart", key, acc::text AS "accText", NULL AS "sketchHex"
           FROM version_cell WHERE version_id = ${Math.trunc(versionId)} ORDER BY window_start, key COLLATE "C"`,
    )
    for (;;) {
      const { rows } = await client.query<EngineCell>(`FETCH ${fetchRows} FROM cells`)
      if (rows.length === 0) break
      yield rows
    }
  } finally {
    await client.query('ROLLBACK').catch(spoil)
    release()
  }
}
