import type { Pool } from '../../clients'
import type { UsageRow } from './usage-book'

/** Rows are absolute: a later write of the same minute replaces the earlier one. */
export async function writeUsage(
  pool: Pick<Pool, 'query'>,
  source: string,
  rows: readonly UsageRow[],
): Promise<void> {
  if (rows.length === 0) return
  await pool.query({
    name: 'usage-write',
    text: `INSERT INTO usage_minute (minute, source, layer, pipeline, cpu_ms, bytes_read, bytes_written, events)
           SELECT u.minute, $1, u.layer, u.pipeline, u.cpu_us / 1000.0, u.bytes_read, u.bytes_written, u.events
             FROM unnest($2::bigint[], $3::text[], $4::text[], $5::float8[], $6::bigint[], $7::bigint[], $8::bigint[])
               AS u(minute, layer, pipeline, cpu_us, bytes_read, bytes_written, events)
           ON CONFLICT (minute, source, layer, pipeline) DO UPDATE SET cpu_ms = excluded.cpu_ms,
             bytes_read = excluded.bytes_read, bytes_written = excluded.bytes_written, events = excluded.events`,
    values: [
      source,
      rows.map((row) => row.minute),
      rows.map((row) => row.layer),
      rows.map((row) => row.pipeline),
      rows.map((row) => row.cpuUs),
      rows.map((row) => Math.round(row.bytesRead)),
      rows.map((row) => Math.round(row.bytesWritten)),
      rows.map((row) => row.events),
    ],
  })
}

export async function forgetUsage(pool: Pick<Pool, 'query'>, before: number): Promise<number> {
  const { rowCount } = await pool.query('DELETE FROM usage_minute WHERE minute < $1', [before])
  return rowCount ?? 0
}
