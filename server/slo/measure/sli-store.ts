import { readSetting, saveSetting, type Pool, type PoolClient } from '../../clients'
import type { GoodTotal, Sli } from '../model'
import type { HourSlices, KnownMinute, SliHourRow, SliMinuteRow } from './sli'

type Queryable = Pick<Pool | PoolClient, 'query'>

const columnsOf = (slis: readonly Sli[]) => [
  slis.map(({ pipeline }) => pipeline),
  slis.map(({ indicator }) => indicator),
  slis.map(({ threshold }) => threshold),
]

const wanted = `unnest($1::text[], $2::text[], $3::float8[]) AS w (pipeline, indicator, threshold)`

/**
 * Both reads answer one row an indicator, its columns as comma-separated text: a thousand indicators of a month are a
 * million and a half rows, which cost the driver ten times what they cost the database.
 */
const listOf = (expression: string, order: string): string =>
  `array_to_string(array_agg(${expression} ORDER BY ${order}), ',', 'null')`

/** Minutes with data, half-open range, in order. Probes stand in for minutes without any real value. */
export async function readSliMinutes(
  db: Queryable,
  slis: readonly Sli[],
  range: { from: number; to: number },
): Promise<SliMinuteRow[]> {
  const read = await readMinutesBySli(db, slis, range)
  return read.flatMap(({ minutes, ...sli }) => minutes.map((minute) => ({ ...sli, ...minute })))
}

export type MinutesOfSli = Sli & { minutes: Omit<SliMinuteRow, keyof Sli>[] }

/** The same by indicator; one without data is left out. */
export async function readMinutesBySli(
  db: Queryable,
  slis: readonly Sli[],
  { from, to }: { from: number; to: number },
): Promise<MinutesOfSli[]> {
  if (slis.length === 0) return []
  const { rows } = await db.query<
    Sli & Record<'minutes' | 'goodThen' | 'totalThen' | 'probes' | 'goodNow' | 'totalNow', string>
  >({
    name: 'slo-minutes',
    text: `SELECT wanted.*, columns.*
             FROM (SELECT DISTINCT * FROM ${wanted}) wanted
            CROSS JOIN LATERAL (
              SELECT ${listOf('minute', 'minute')} AS minutes,
                     ${listOf('CASE WHEN real_total > 0 THEN real_good ELSE probe_good END', 'minute')} AS "goodThen",
                     ${listOf('CASE WHEN real_total > 0 THEN real_total ELSE probe_total END', 'minute')} AS "totalThen",
                     ${listOf('CASE WHEN real_total > 0 THEN 0 ELSE probe_total END', 'minute')} AS probes,
                     ${listOf('restated[1][1]', 'minute')} AS "goodNow",
                     ${listOf('restated[1][2]', 'minute')} AS "totalNow"
                FROM (
                  SELECT minute,
                         coalesce(sum(good) FILTER (WHERE revision = 0 AND traffic = 'real'), 0) AS real_good,
                         coalesce(sum(total) FILTER (WHERE revision = 0 AND traffic = 'real'), 0) AS real_total,
                         coalesce(sum(good) FILTER (WHERE revision = 0 AND traffic = 'probe'), 0) AS probe_good,
                         coalesce(sum(total) FILTER (WHERE revision = 0 AND traffic = 'probe'), 0) AS probe_total,
                         array_agg(ARRAY[good, total] ORDER BY revision DESC) FILTER (WHERE revision > 0) AS restated
                    FROM sli_minute
                   WHERE pipeline = wanted.pipeline AND indicator = wanted.indicator AND threshold = wanted.threshold
                     AND minute >= $4 AND minute < $5
                   GROUP BY minute) known
               ) columns
            WHERE minutes IS NOT NULL ORDER BY pipeline, indicator, threshold`,
    values: [...columnsOf(slis), from, to],
  })
  return rows.map(({ pipeline, indicator, threshold, ...lists }) => {
    const [goodThen, totalThen, probes] = [lists.goodThen, lists.totalThen, lists.probes].map(numbersOf)
    const [goodNow, totalNow] = [listed(lists.goodNow), listed(lists.totalNow)]
    const minutes = numbersOf(lists.minutes).map((minute, i) => {
      const then = { good: goodThen?.[i] ?? 0, total: totalThen?.[i] ?? 0 }
      const [good, total] = [goodNow[i], totalNow[i]]
      const now = typeof good === 'number' && typeof total === 'number' ? { good, total } : then
      return { minute, then, now, probe: probes?.[i] ?? 0 }
    })
    return { pipeline, indicator, threshold, minutes }
  })
}

const listed = (list: string) => JSON.parse(`[${list}]`) as unknown[]

const numbersOf = (list: string) => listed(list) as number[]

/** Hours that were added up; see `readRollUpMark` for where they end. */
export async function readSliHours(
  db: Queryable,
  slis: readonly Sli[],
  range: { from: number; to: number },
): Promise<SliHourRow[]> {
  const read = await readHoursBySli(db, slis, range)
  return read.flatMap(({ hours, ...sli }) => hours.map((hour) => ({ ...sli, ...hour })))
}

export type HoursOfSli = Sli & { hours: Omit<SliHourRow, keyof Sli>[] }

/** The same by indicator; one without data is left out. */
export async function readHoursBySli(
  db: Queryable,
  slis: readonly Sli[],
  { from, to }: { from: number; to: number },
): Promise<HoursOfSli[]> {
  if (slis.length === 0) return []
  const { rows } = await db.query<
    Sli & Record<'hours' | 'goodThen' | 'totalThen' | 'goodNow' | 'totalNow' | 'slices', string>
  >({
    name: 'slo-hours',
    text: `SELECT wanted.*, columns.*
             FROM (SELECT DISTINCT * FROM ${wanted}) wanted
            CROSS JOIN LATERAL (
              SELECT ${listOf('hour', 'hour')} AS hours,
                     ${listOf('good_then', 'hour')} AS "goodThen", ${listOf('total_then', 'hour')} AS "totalThen",
                     ${listOf('good_now', 'hour')} AS "goodNow", ${listOf('total_now', 'hour')} AS "totalNow",
                     ${listOf(`nullif(slices, '{"probe": 0, "by": {}}')::text`, 'hour')} AS slices
                FROM sli_hour
               WHERE pipeline = wanted.pipeline AND indicator = wanted.indicator AND threshold = wanted.threshold
                 AND hour >= $4 AND hour < $5) columns
            WHERE hours IS NOT NULL ORDER BY pipeline, indicator, threshold`,
    values: [...columnsOf(slis), from, to],
  })
  return rows.map(({ pipeline, indicator, threshold, ...lists }) => {
    const [goodThen, totalThen] = [numbersOf(lists.goodThen), numbersOf(lists.totalThen)]
    const [goodNow, totalNow] = [numbersOf(lists.goodNow), numbersOf(lists.totalNow)]
    const slices = listed(lists.slices) as (HourSlices | null)[]
    const hours = numbersOf(lists.hours).map((hour, i) => {
      const { probe, by } = slices[i] ?? noSlices
      const then = { good: goodThen[i] ?? 0, total: totalThen[i] ?? 0 }
      return { hour, probe, slices: by, then, now: { good: goodNow[i] ?? 0, total: totalNow[i] ?? 0 } }
    })
    return { pipeline, indicator, threshold, hours }
  })
}

const noSlices: HourSlices = { probe: 0, by: {} }

export interface RollUpMark {
  /** Hours before it are added up. */
  upTo: number
  /** Changes known before it are in them; database's clock. */
  knownAt: number
}

const markKey = 'sli-hours'

export const readRollUpMark = async (db: Queryable): Promise<RollUpMark> =>
  (await readSetting<RollUpMark>(db, markKey)) ?? { upTo: 0, knownAt: 0 }
export const writeRollUpMark = (db: Queryable, mark: RollUpMark) => saveSetting(db, markKey, mark)

/** Hours before `to` with a minute that became known after `knownAt`, or that are at or after `from`. */
export async function selectChangedHours(
  db: Queryable,
  { knownAt, from, to }: { knownAt: number; from: number; to: number },
): Promise<{ now: number; changed: (Sli & { hour: number })[] }> {
  const clock = await db.query<{ now: number }>(
    `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now`,
  )
  const { rows } = await db.query<Sli & { hour: number }>({
    name: 'slo-changed-hours',
    text: `SELECT pipeline, indicator, threshold, minute / 3600000 * 3600000 AS hour FROM sli_minute
            WHERE known_at > to_timestamp($1::float8 / 1000) AND minute < $3
            UNION
           SELECT pipeline, indicator, threshold, minute / 3600000 * 3600000 FROM sli_minute
            WHERE minute >= $2 AND minute < $3
            ORDER BY 4, 1, 2, 3`,
    values: [knownAt, from, to],
  })
  return { now: clock.rows[0]?.now ?? 0, changed: rows }
}

export interface WrittenHour extends Sli {
  hour: number
  then: GoodTotal
  now: GoodTotal
  slices: HourSlices
}

export async function writeHours(db: Queryable, hours: readonly WrittenHour[]): Promise<void> {
  if (hours.length === 0) return
  await db.query({
    name: 'slo-write-hours',
    text: `INSERT INTO sli_hour (pipeline, indicator, threshold, hour, good_then, total_then, good_now, total_now, slices)
           SELECT * FROM unnest($1::text[], $2::text[], $3::float8[], $4::bigint[], $5::bigint[], $6::bigint[],
                                $7::bigint[], $8::bigint[], $9::jsonb[])
           ON CONFLICT (pipeline, indicator, threshold, hour)
           DO UPDATE SET good_then = excluded.good_then, total_then = excluded.total_then,
                         good_now = excluded.good_now, total_now = excluded.total_now, slices = excluded.slices`,
    values: [
      ...columnsOf(hours),
      hours.map(({ hour }) => hour),
      hours.map(({ then }) => then.good),
      hours.map(({ then }) => then.total),
      hours.map(({ now }) => now.good),
      hours.map(({ now }) => now.total),
      hours.map(({ slices }) => JSON.stringify(slices)),
    ],
  })
}

/** Slices that objectives ask hours to keep. */
export async function selectSliceKinds(
  db: Queryable,
): Promise<(Sli & { minutes: number; target: number })[]> {
  const { rows } = await db.query<Sli & { minutes: number; target: number }>({
    name: 'slo-slice-kinds',
    text: `SELECT DISTINCT spec->'sli'->>'pipeline' AS pipeline, spec->'sli'->>'indicator' AS indicator,
                  (spec->'sli'->>'threshold')::float8 AS threshold,
                  (spec->'budgeting'->>'minutes')::int AS minutes, (spec->'budgeting'->>'target')::float8 AS target
             FROM objective
            WHERE removed_at IS NULL AND jsonb_typeof(spec->'sli') = 'object'
              AND spec->'budgeting'->>'method' = 'timeslices'`,
  })
  return rows
}

/** The whole of a minute as known now. */
export interface Restatement extends Sli, KnownMinute {
  /** What batch found. */
  reason: string
}

/**
 * Says anew how minutes were; what was known then stays. What says the same as is known already is left out, so doing
 * it again changes nothing. Resolves to the minutes that changed.
 */
export async function restate(client: PoolClient, restatements: readonly Restatement[]): Promise<number> {
  if (restatements.length === 0) return 0
  const { rowCount } = await client.query(
    `INSERT INTO sli_minute (pipeline, indicator, threshold, minute, source, traffic, revision, good, total, known_at, reason)
     SELECT r.pipeline, r.indicator, r.threshold, r.minute, 'batch', 'real', coalesce(known.revision, 0) + 1, r.good,
            r.total, clock_timestamp(), r.reason
       FROM unnest($1::text[], $2::text[], $3::float8[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
              AS r (pipeline, indicator, threshold, minute, good, total, reason)
       CROSS JOIN LATERAL (
         SELECT max(revision) AS revision,
                (array_agg(ARRAY[good, total] ORDER BY revision DESC) FILTER (WHERE revision > 0))[1:1] AS last,
                coalesce(sum(good) FILTER (WHERE revision = 0 AND traffic = 'real'), 0) AS good,
                coalesce(sum(total) FILTER (WHERE revision = 0 AND traffic = 'real'), 0) AS total
           FROM sli_minute m
          WHERE m.pipeline = r.pipeline AND m.indicator = r.indicator AND m.threshold = r.threshold
            AND m.minute = r.minute) known
      WHERE (coalesce(known.last[1][1], known.good), coalesce(known.last[1][2], known.total)) IS DISTINCT FROM (r.good, r.total)
     ON CONFLICT DO NOTHING`,
    [
      ...columnsOf(restatements),
      restatements.map(({ minute }) => minute),
      restatements.map(({ good }) => good),
      restatements.map(({ total }) => total),
      restatements.map(({ reason }) => reason),
    ],
  )
  return rowCount ?? 0
}
