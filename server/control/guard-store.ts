import type { Pool } from '../clients'
import type { Range } from '../serving'

/** The measures of every comparison made after a publication, of whatever windows. */
export async function comparisonsSince(
  pool: Pool,
  computeId: number,
  publication: number,
): Promise<Record<string, { largest?: { relative: number } | null }>[]> {
  const { rows } = await pool.query<{ measures: Record<string, { largest?: { relative: number } | null }> }>(
    `SELECT c.measures FROM comparison c
      WHERE c.compute_id = $1 AND c.at > (SELECT at FROM publication WHERE compute_id = $1 AND number = $2)
      ORDER BY c.at DESC LIMIT 1000`,
    [computeId, publication],
  )
  return rows.map(({ measures }) => measures)
}

type Entry = Range & { versionId: number }

/** The map as a publication left it, and as it is. */
export async function mapsSince(
  pool: Pool,
  computeId: number,
  publication: number,
): Promise<{ then: Entry[]; now: Entry[] }> {
  const { rows } = await pool.query<Entry & { isThen: boolean; isNow: boolean }>(
    `SELECT range_from AS "from", range_to AS "to", version_id AS "versionId", until_number IS NULL AS "isNow",
            since_number <= $2 AND (until_number IS NULL OR until_number > $2) AS "isThen"
       FROM publication_range
      WHERE compute_id = $1 AND (until_number IS NULL OR (since_number <= $2 AND until_number > $2))
      ORDER BY range_from`,
    [computeId, publication],
  )
  return { then: rows.filter(({ isThen }) => isThen), now: rows.filter(({ isNow }) => isNow) }
}
