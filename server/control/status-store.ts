import type { Pool } from '../clients'
import type { Counters, PartitionPosition, WorkerStatus } from './model'

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`

export interface PositionRow extends PartitionPosition, Counters {
  computeId: number
}

export async function selectPositions(pool: Pool, computeIds: readonly number[]): Promise<PositionRow[]> {
  const { rows } = await pool.query<PositionRow>({
    name: 'status-positions',
    text: `SELECT compute_id AS "computeId", partition, seq, epoch, watermark, log_time AS "logTime", owner,
                  ${ms('lease_until')} AS "leaseUntil", messages, events, accepted, filtered, late, duplicate, invalid
             FROM speed_position WHERE compute_id = ANY($1::int[]) ORDER BY compute_id, partition`,
    values: [computeIds],
  })
  return rows
}

export async function selectBoundaries(
  pool: Pool,
  computeIds: readonly number[],
): Promise<Map<number, number>> {
  const { rows } = await pool.query<{ computeId: number; boundary: number }>({
    name: 'status-boundaries',
    text: `SELECT compute_id AS "computeId", max(range_to) AS boundary FROM publication_range
            WHERE compute_id = ANY($1::int[]) AND until_number IS NULL GROUP BY compute_id`,
    values: [computeIds],
  })
  return new Map(rows.map((row) => [row.computeId, row.boundary]))
}

export interface ArchiveRow {
  seq: number | null
  segments: number
  rows: number
  bytes: number
}

export async function selectArchive(pool: Pool): Promise<ArchiveRow> {
  const { rows } = await pool.query<ArchiveRow>({
    name: 'status-archive',
    text: `SELECT (SELECT max(seq) FROM archive_position) AS seq, count(*) AS segments,
                  coalesce(sum(rows), 0)::bigint AS rows, coalesce(sum(bytes), 0)::bigint AS bytes
             FROM archive_segment WHERE state = 'live'`,
  })
  return rows[0] ?? { seq: null, segments: 0, rows: 0, bytes: 0 }
}

/** A worker whose heartbeat is older than this is not counted as alive. */
export const aliveMs = 20_000

export async function selectWorkers(pool: Pool, limit: number): Promise<WorkerStatus[]> {
  const { rows } = await pool.query<WorkerStatus>({
    name: 'status-workers',
    text: `SELECT id, role, host, pid, ${ms('started_at')} AS "startedAt", ${ms('at')} AS "heartbeatAt",
                  at > clock_timestamp() - $2 * interval '1 millisecond' AS alive, detail
             FROM worker WHERE at > clock_timestamp() - interval '1 hour' ORDER BY role, id LIMIT $1`,
    values: [limit, aliveMs],
  })
  return rows
}

export interface StoreFacts {
  postgresVersion: string
  synchronousCommit: string
  fsync: string
  logSync: 'always' | 'default' | 'unknown'
}

/** `logSync` is written by whoever started the log's server and knows how it syncs. */
export async function selectStoreFacts(pool: Pool): Promise<StoreFacts> {
  const { rows } = await pool.query<{ version: string; commit: string; fsync: string; sync: unknown }>(
    `SELECT current_setting('server_version') AS version, current_setting('synchronous_commit') AS commit,
            current_setting('fsync') AS fsync, (SELECT value FROM setting WHERE key = 'logSync') AS sync`,
  )
  const row = rows[0]
  return {
    postgresVersion: row?.version.split(' ')[0] ?? 'unknown',
    synchronousCommit: row?.commit ?? 'unknown',
    fsync: row?.fsync ?? 'unknown',
    logSync: row?.sync === 'always' || row?.sync === 'default' ? row.sync : 'unknown',
  }
}

/** Events folded since the beginning: of each event type, the pipeline that has folded most. */
export async function selectFoldedEvents(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ events: number }>({
    name: 'status-folded',
    text: `SELECT coalesce(sum(events), 0)::bigint AS events FROM (
             SELECT max(events) AS events FROM (
               SELECT c.type, sum(s.events) AS events FROM speed_position s JOIN compute c ON c.id = s.compute_id
                GROUP BY c.id) per_compute GROUP BY type) per_type`,
  })
  return rows[0]?.events ?? 0
}
