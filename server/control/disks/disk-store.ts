import type { Pool } from '../../clients'
import type { DiskUse } from '../../log'

export async function saveDiskUses(pool: Pool, host: string, uses: readonly DiskUse[]): Promise<void> {
  await pool.query({
    name: 'disks-save',
    text: `INSERT INTO disk_use (host, part, total_bytes, free_bytes, at)
           SELECT $1, part, total, free, clock_timestamp() FROM unnest($2::text[], $3::bigint[], $4::bigint[]) AS u(part, total, free)
           ON CONFLICT (host, part) DO UPDATE SET total_bytes = excluded.total_bytes,
             free_bytes = excluded.free_bytes, at = excluded.at`,
    values: [
      host,
      uses.map(({ part }) => part),
      uses.map(({ totalBytes }) => Math.round(totalBytes)),
      uses.map(({ freeBytes }) => Math.round(freeBytes)),
    ],
  })
}

/** Of machines that told lately: one that is gone has no disk. */
const latelyS = 60

export type HostDisk = DiskUse & { host: string }

export async function selectDiskUses(pool: Pool): Promise<HostDisk[]> {
  const { rows } = await pool.query<HostDisk>({
    name: 'disks-select',
    text: `SELECT host, part, total_bytes AS "totalBytes", free_bytes AS "freeBytes" FROM disk_use
            WHERE at > clock_timestamp() - $1 * interval '1 second' ORDER BY free_bytes::float8 / greatest(total_bytes, 1)`,
    values: [latelyS],
  })
  return rows
}
