import type { Nats, Pool, PoolClient } from '../../clients'
import { countAfter } from '../log-state'

type Queryable = Pick<Pool | PoolClient, 'query'>

/** What a compute still has to fold. */
export interface Replay {
  computeId: number | null
  hash: string | null
  messages: number
  /** Estimated from what a message held so far. */
  events: number
  /** It was computed before: what it has is kept. */
  resumes: boolean
  boundary: number | null
}

/** Of the compute of a hash or an id; one that does not exist yet starts at the first message. */
export async function readReplay(
  { pool, nats }: { pool: Queryable; nats: Nats },
  wanted: { pipeline: string; type: string; hash?: string; computeId?: number },
): Promise<Replay> {
  const { rows } = await pool.query<{
    computeId: number
    hash: string
    partition: number
    seq: number
    boundary: number | null
  }>(
    `SELECT c.id AS "computeId", c.hash, s.partition, s.seq,
            (SELECT max(range_to) FROM publication_range r WHERE r.compute_id = c.id AND r.until_number IS NULL) AS boundary
       FROM compute c JOIN speed_position s ON s.compute_id = c.id
      WHERE c.pipeline = $1 AND (c.hash = $2 OR c.id = $3) ORDER BY s.partition`,
    [wanted.pipeline, wanted.hash ?? null, wanted.computeId ?? null],
  )
  const { rows: rates } = await pool.query<{ rate: number }>(
    `SELECT coalesce(sum(events)::float8 / nullif(sum(messages), 0), 1) AS rate
       FROM speed_position s JOIN compute c ON c.id = s.compute_id WHERE c.type = $1`,
    [wanted.type],
  )
  const counts =
    rows.length === 0
      ? [await countAfter(nats, 0, `events.${wanted.type}.*`)]
      : await Promise.all(
          rows.map(({ seq, partition }) => countAfter(nats, seq, `events.${wanted.type}.${partition}`)),
        )
  const messages = counts.reduce((sum, count) => sum + count, 0)
  return {
    computeId: rows[0]?.computeId ?? null,
    hash: rows[0]?.hash ?? null,
    messages,
    events: Math.round(messages * Math.max(1, rates[0]?.rate ?? 1)),
    resumes: rows.some(({ seq }) => seq > 0),
    boundary: rows[0]?.boundary ?? null,
  }
}
