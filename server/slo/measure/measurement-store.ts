import type { Pool, PoolClient } from '../../clients'
import { addBins, type Bins } from './bins'
import { addSli, type Tallied } from './tally'

type Queryable = Pick<Pool | PoolClient, 'query'>

/** Rows of one statement, so that none grows past what the database takes at once. */
const rowsAtOnce = 2_000

/** Writes what a source measured, absolute: written again, a minute is what the last write says. */
export async function writeTallies(
  db: Queryable,
  source: string,
  tallies: readonly Tallied[],
): Promise<void> {
  for (let from = 0; from < tallies.length; from += rowsAtOnce)
    await writeSome(db, source, tallies.slice(from, from + rowsAtOnce))
}

async function writeSome(db: Queryable, source: string, tallies: readonly Tallied[]): Promise<void> {
  const slis = tallies.flatMap((tally) => tally.slis.map((sli) => ({ ...tally, ...sli })))
  await db.query({
    name: 'slo-write-tallies',
    text: `WITH measured AS (
             INSERT INTO measurement_minute (source, pipeline, indicator, minute, traffic, count, sum, max, bins)
             SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::float8[],
                                      $8::float8[], $9::jsonb[])
             ON CONFLICT (pipeline, indicator, minute, source, traffic)
             DO UPDATE SET count = excluded.count, sum = excluded.sum, max = excluded.max, bins = excluded.bins)
           INSERT INTO sli_minute (source, pipeline, indicator, threshold, minute, traffic, revision, good, total, known_at)
           SELECT $1, s.pipeline, s.indicator, s.threshold, s.minute, s.traffic, 0, s.good, s.total, clock_timestamp()
             FROM unnest($10::text[], $11::text[], $12::float8[], $13::bigint[], $14::text[], $15::bigint[], $16::bigint[])
               AS s (pipeline, indicator, threshold, minute, traffic, good, total)
           ON CONFLICT (pipeline, indicator, threshold, minute, source, traffic, revision)
           DO UPDATE SET good = excluded.good, total = excluded.total, known_at = excluded.known_at`,
    values: [
      source,
      tallies.map(({ pipeline }) => pipeline),
      tallies.map(({ indicator }) => indicator),
      tallies.map(({ minute }) => minute),
      tallies.map(({ traffic }) => traffic),
      tallies.map(({ count }) => count),
      tallies.map(({ sum }) => sum),
      tallies.map(({ max }) => max),
      tallies.map(({ bins }) => JSON.stringify(Object.fromEntries(bins))),
      slis.map(({ pipeline }) => pipeline),
      slis.map(({ indicator }) => indicator),
      slis.map(({ threshold }) => threshold),
      slis.map(({ minute }) => minute),
      slis.map(({ traffic }) => traffic),
      slis.map(({ good }) => good),
      slis.map(({ total }) => total),
    ],
  })
}

/**
 * Adds to what the source has written, in the caller's transaction, which also says what was counted: the caller
 * holds a lock that keeps others from adding for the same source.
 */
export async function addTallies(
  client: PoolClient,
  source: string,
  tallies: readonly Tallied[],
): Promise<void> {
  if (tallies.length === 0) return
  const known = await client.query<{
    ordinal: number
    count: number
    sum: number
    max: number
    bins: Bins
  }>(
    `SELECT w.ordinal::int AS ordinal, m.count, m.sum, m.max, m.bins
       FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[]) WITH ORDINALITY
              AS w (pipeline, indicator, minute, traffic, ordinal)
       JOIN measurement_minute m USING (pipeline, indicator, minute, traffic) WHERE m.source = $1`,
    keysOf(source, tallies),
  )
  const slis = await client.query<{ ordinal: number; threshold: number; good: number; total: number }>(
    `SELECT w.ordinal::int AS ordinal, m.threshold, m.good, m.total
       FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[]) WITH ORDINALITY
              AS w (pipeline, indicator, minute, traffic, ordinal)
       JOIN sli_minute m USING (pipeline, indicator, minute, traffic) WHERE m.source = $1 AND m.revision = 0`,
    keysOf(source, tallies),
  )
  const sums = tallies.map((tally): Tallied => ({
    ...tally,
    bins: new Map(tally.bins),
    slis: tally.slis.map((sli) => ({ ...sli })),
  }))
  for (const { ordinal, count, sum, max, bins } of known.rows) {
    const tally = sums[ordinal - 1]
    if (tally === undefined) continue
    tally.count += count
    tally.sum += sum
    tally.max = Math.max(tally.max, max)
    addBins(tally.bins, bins)
  }
  for (const { ordinal, ...sli } of slis.rows) {
    const tally = sums[ordinal - 1]
    // A threshold that counts no more keeps what it has.
    if (tally?.slis.some(({ threshold }) => threshold === sli.threshold) === true) addSli(tally, sli)
  }
  await writeTallies(client, source, sums)
}

const keysOf = (source: string, tallies: readonly Tallied[]) => [
  source,
  tallies.map(({ pipeline }) => pipeline),
  tallies.map(({ indicator }) => indicator),
  tallies.map(({ minute }) => minute),
  tallies.map(({ traffic }) => traffic),
]
