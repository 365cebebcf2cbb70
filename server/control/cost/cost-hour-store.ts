import { readSetting, saveSetting, type Pool, type PoolClient } from '../../clients'
import type { UsagePlace } from '../../slo'
import type { CostRow } from './price-hour'

type Queryable = Pick<Pool | PoolClient, 'query'>

export interface UsageOfHour extends UsagePlace {
  cpuUs: number
  bytesRead: number
  events: number
}

export async function usageOfHour(
  db: Queryable,
  hour: number,
): Promise<{ rows: UsageOfHour[]; minutes: number }> {
  const values = [hour, hour + 3_600_000]
  const { rows } = await db.query<UsageOfHour>({
    name: 'cost-usage-of-hour',
    text: `SELECT layer, pipeline, round(sum(cpu_ms) * 1000)::bigint AS "cpuUs",
                  sum(bytes_read)::bigint AS "bytesRead", sum(events)::bigint AS events
             FROM usage_minute WHERE minute >= $1 AND minute < $2 GROUP BY layer, pipeline ORDER BY layer, pipeline`,
    values,
  })
  const seen = await db.query<{ minutes: number }>({
    name: 'cost-minutes-of-hour',
    text: 'SELECT count(DISTINCT minute) AS minutes FROM usage_minute WHERE minute >= $1 AND minute < $2',
    values,
  })
  return { rows, minutes: seen.rows[0]?.minutes ?? 0 }
}

/** Hours with usage from `from` on, oldest first. */
export async function usedHours(db: Queryable, from: number): Promise<number[]> {
  const { rows } = await db.query<{ hour: number }>(
    'SELECT DISTINCT minute / 3600000 * 3600000 AS hour FROM usage_minute WHERE minute >= $1 ORDER BY 1',
    [from],
  )
  return rows.map(({ hour }) => hour)
}

/** Pipelines in force, or in the shadow, by the event type they read. */
export async function readersByType(db: Queryable): Promise<Map<string, string[]>> {
  const { rows } = await db.query<{ type: string; pipelines: string[] }>(
    `SELECT c.type, array_agg(DISTINCT p.name ORDER BY p.name) AS pipelines
       FROM pipeline p JOIN pipeline_version v ON v.id IN (p.version_id, p.shadow_id)
       JOIN compute c ON c.id = v.compute_id WHERE p.deleted_at IS NULL GROUP BY c.type`,
  )
  return new Map(rows.map(({ type, pipelines }) => [type, pipelines]))
}

/** What the hour was priced to store, where it was. */
export async function storedOfHour(
  db: Queryable,
  hour: number,
): Promise<{ pipeline: string; bytes: number }[]> {
  const { rows } = await db.query<{ pipeline: string; bytes: number }>(
    `SELECT pipeline, bytes_stored AS bytes FROM cost_hour WHERE hour = $1 AND layer = 'storage' ORDER BY pipeline`,
    [hour],
  )
  return rows
}

export async function replaceHour(client: PoolClient, hour: number, rows: readonly CostRow[]): Promise<void> {
  await client.query('DELETE FROM cost_hour WHERE hour = $1', [hour])
  await client.query(
    `INSERT INTO cost_hour (hour, pipeline, layer, cpu_s, bytes_scanned, bytes_stored, bytes_in, events, amount)
     SELECT $1, c.* FROM unnest($2::text[], $3::text[], $4::float8[], $5::bigint[], $6::bigint[], $7::bigint[],
                                $8::bigint[], $9::float8[]) AS c`,
    [
      hour,
      rows.map((row) => row.pipeline),
      rows.map((row) => row.layer),
      rows.map((row) => row.cpuUs / 1e6),
      rows.map((row) => row.bytesScanned),
      rows.map((row) => row.bytesStored),
      rows.map((row) => row.bytesIn),
      rows.map((row) => row.events),
      rows.map((row) => row.amountNano / 1e9),
    ],
  )
}

export async function forgetCosts(db: Queryable, before: number): Promise<void> {
  await db.query('DELETE FROM cost_hour WHERE hour < $1', [before])
}

export interface CostState {
  pricedAt: number
  cores: number
  /** More CPU was used in the last closed hour than is paid for. */
  isOverProvisioned: boolean
}

const stateKey = 'cost-state'

export const writeCostState = (db: Queryable, state: CostState) => saveSetting(db, stateKey, state)
export const readCostState = (db: Queryable) => readSetting<CostState>(db, stateKey)

/** The first minute of any usage still kept. */
export async function firstMinute(db: Queryable): Promise<number | null> {
  const { rows } = await db.query<{ minute: number | null }>('SELECT min(minute) AS minute FROM usage_minute')
  return rows[0]?.minute ?? null
}
