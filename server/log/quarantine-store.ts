import type { Pool, PoolClient } from '../clients'

export interface QuarantineInForce {
  id: number
  type: string
  source: string
}

/** Producers whose events are kept aside now. */
export async function selectInForce(pool: Pool): Promise<QuarantineInForce[]> {
  const { rows } = await pool.query<QuarantineInForce>({
    name: 'quarantine-in-force',
    text: 'SELECT id, type, source FROM quarantine WHERE released_at IS NULL ORDER BY id',
  })
  return rows
}

/**
 * Counts events about to be kept, and makes their windows partial. The row stays locked until the caller's
 * transaction ends, so a release waits for what is on its way. False: it was released; the log takes the events.
 */
export async function noteKept(
  client: PoolClient,
  kept: { id: number; events: number; minTime: number; maxTime: number },
): Promise<boolean> {
  const { rows } = await client.query<{ holeId: number | null }>({
    name: 'quarantine-note-kept',
    text: `UPDATE quarantine SET events = events + $2, min_time = least(min_time, $3::bigint),
                  max_time = greatest(max_time, $4::bigint)
            WHERE id = $1 AND released_at IS NULL RETURNING hole_id AS "holeId"`,
    values: [kept.id, kept.events, kept.minTime, kept.maxTime],
  })
  const row = rows[0]
  if (row === undefined) return false
  if (row.holeId === null) await openHole(client, kept.id)
  else
    await client.query({
      name: 'quarantine-widen-hole',
      text: `UPDATE hole SET from_time = least(from_time, $2::bigint), to_time = greatest(to_time, $3::bigint)
              WHERE id = $1`,
      values: [row.holeId, kept.minTime, kept.maxTime],
    })
  return true
}

async function openHole(client: PoolClient, id: number): Promise<void> {
  await client.query(
    `WITH opened AS (
       INSERT INTO hole (type, seq_from, seq_to, from_time, to_time, layer, reason)
       SELECT type, 0, 0, min_time, max_time, 'quarantine',
              'Events of the producer ' || source || ' are kept in quarantine since ' ||
              to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ' (' || reason || ').'
         FROM quarantine WHERE id = $1 RETURNING id)
     UPDATE quarantine SET hole_id = opened.id FROM opened WHERE quarantine.id = $1`,
    [id],
  )
}
