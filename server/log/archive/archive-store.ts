import { inTransaction, type Pool, type PoolClient } from '../../clients'
import { crashPoint } from '../../platform'
import type { DeadEvent } from '../message'
import { maxDeadLetterBytes } from '../limits'
import type { SegmentColumns } from './segment-builder'

export interface Segment {
  id: number
  type: string
  file: string
  seqFrom: number
  seqTo: number
  rows: number
  bytes: number
  minTime: number
  maxTime: number
  checksum: string
  columns: SegmentColumns
}

export type NewSegment = Omit<Segment, 'id'>

/** One archive per database. */
export const positionId = 1

export async function archivedSeq(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ seq: number }>({
    name: 'archive-seq',
    text: 'SELECT seq FROM archive_position WHERE id = $1',
    values: [positionId],
  })
  return rows[0]?.seq ?? 0
}

export interface Flush {
  fence: number
  fromSeq: number
  toSeq: number
  segments: readonly NewSegment[]
  dead: readonly DeadEvent[]
}

/** Segments, dead letters and position together; false, with nothing written, when the lease is another's. */
export function commitFlush(pool: Pool, flush: Flush): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE archive_position SET seq = $4, updated_at = clock_timestamp()
        WHERE id = $1 AND fence = $2 AND seq = $3`,
      [positionId, flush.fence, flush.fromSeq, flush.toSeq],
    )
    if (rowCount !== 1) return false
    await insertSegments(client, flush.segments)
    await insertDeadLetters(client, flush.dead)
    crashPoint('log.manifest.inside')
    return true
  })
}

export async function insertSegments(client: PoolClient, segments: readonly NewSegment[]): Promise<void> {
  for (const segment of segments) {
    await client.query({
      name: 'archive-insert-segment',
      text: `INSERT INTO archive_segment
               (type, file, seq_from, seq_to, rows, bytes, min_time, max_time, checksum, columns, state,
                checked_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'live', clock_timestamp())`,
      values: [
        segment.type,
        segment.file,
        segment.seqFrom,
        segment.seqTo,
        segment.rows,
        segment.bytes,
        segment.minTime,
        segment.maxTime,
        segment.checksum,
        JSON.stringify(segment.columns),
      ],
    })
  }
}

const maxRawBytesPerFlush = 16 * 1024 ** 2
const maxNameLength = 1024

export async function insertDeadLetters(client: PoolClient, dead: readonly DeadEvent[]): Promise<void> {
  let room = maxRawBytesPerFlush
  for (let from = 0; from < dead.length; from += 1_000) {
    const letters = dead.slice(from, from + 1_000)
    const raws = letters.map((letter) => {
      const raw = room > 0 ? storable(letter.raw(maxDeadLetterBytes), maxDeadLetterBytes) : ''
      room -= raw.length
      return raw
    })
    const name = (text: string | null) => (text === null ? null : storable(text, maxNameLength))
    await client.query({
      name: 'archive-insert-dead',
      text: `INSERT INTO dead_letter (seq, index, subject, type, source, event_id, code, reason, raw, at)
             SELECT seq, index, subject, type, source, event_id, code, reason, raw,
                    to_timestamp(at::double precision / 1000)
               FROM UNNEST($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                           $8::text[], $9::text[], $10::bigint[])
                 AS t(seq, index, subject, type, source, event_id, code, reason, raw, at)
             ON CONFLICT (seq, index) DO NOTHING`,
      values: [
        letters.map((letter) => letter.seq),
        letters.map((letter) => letter.index),
        letters.map((letter) => storable(letter.subject, maxNameLength)),
        letters.map((letter) => name(letter.type)),
        letters.map((letter) => name(letter.source)),
        letters.map((letter) => name(letter.id)),
        letters.map((letter) => letter.rejection.code),
        letters.map((letter) => storable(letter.rejection.message, 2_000)),
        raws,
        letters.map((letter) => letter.logTime),
      ],
    })
  }
}

/** Postgres holds no NUL; a surrogate cut in half becomes U+FFFD on the wire. */
const storable = (text: string, maxLength: number) => text.slice(0, maxLength).replaceAll('\0', '\uFFFD')

export const segmentColumns = `id, type, file, seq_from AS "seqFrom", seq_to AS "seqTo", rows, bytes,
  min_time AS "minTime", max_time AS "maxTime", checksum, columns`

/** Live segments of a type that may hold events of [fromMs, toMs), in log order. */
export async function selectSegments(
  pool: Pool,
  { type, fromMs, toMs }: { type: string; fromMs?: number; toMs?: number },
): Promise<Segment[]> {
  const { rows } = await pool.query<Segment>({
    name: 'archive-segments',
    text: `SELECT ${segmentColumns} FROM archive_segment
            WHERE type = $1 AND state = 'live' AND ($2::bigint IS NULL OR max_time >= $2)
              AND ($3::bigint IS NULL OR min_time < $3)
            ORDER BY seq_from`,
    values: [type, fromMs ?? null, toMs ?? null],
  })
  return rows
}

export async function selectTypes(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ type: string }>(
    `SELECT DISTINCT type FROM archive_segment WHERE state = 'live' ORDER BY type`,
  )
  return rows.map((row) => row.type)
}

/** Files the manifest knows, replaced ones included. */
export async function selectFiles(pool: Pool): Promise<Set<string>> {
  const { rows } = await pool.query<{ file: string }>('SELECT file FROM archive_segment')
  return new Set(rows.map((row) => row.file))
}

/** Puts one segment in the place of several; false when the lease is another's or one of them is gone. */
export async function replaceSegments(
  pool: Pool,
  fence: number,
  ids: readonly number[],
  merged: NewSegment,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount: held } = await client.query(
      'SELECT 1 FROM archive_position WHERE id = $1 AND fence = $2 FOR SHARE',
      [positionId, fence],
    )
    if (held !== 1) return false
    const { rowCount } = await client.query(
      `UPDATE archive_segment SET state = 'replaced', created_at = clock_timestamp()
        WHERE id = ANY($1::int[]) AND state = 'live'`,
      [ids],
    )
    if (rowCount !== ids.length) {
      await client.query('ROLLBACK')
      return false
    }
    await insertSegments(client, [merged])
    crashPoint('log.merge.inside')
    return true
  })
}

/** Takes replaced segments out of the manifest after their grace period; resolves to their files. */
export async function forgetReplaced(pool: Pool, graceMs: number): Promise<string[]> {
  const { rows } = await pool.query<{ file: string }>(
    `DELETE FROM archive_segment
      WHERE state = 'replaced' AND created_at < clock_timestamp() - $1 * interval '1 millisecond'
      RETURNING file`,
    [graceMs],
  )
  return rows.map((row) => row.file)
}

/** A stretch of the log that was gone before it was archived, noted for every type that is known, up to now in event time. */
export async function insertHole(
  pool: Pool,
  { seqFrom, seqTo, layers, reason }: LostStretch & { layers: readonly ('archive' | 'speed')[] },
): Promise<void> {
  await pool.query(
    `INSERT INTO hole (type, seq_from, seq_to, to_time, layer, reason)
     SELECT type, $1, $2, (extract(epoch FROM clock_timestamp()) * 1000)::bigint, layer, $3
       FROM (SELECT DISTINCT type FROM archive_segment UNION SELECT DISTINCT type FROM compute) known,
            unnest($4::text[]) AS of(layer)
      WHERE NOT EXISTS (SELECT 1 FROM hole h WHERE h.type = known.type AND h.layer = of.layer
                          AND h.seq_from = $1 AND h.seq_to = $2)`,
    [seqFrom, seqTo, reason, layers],
  )
}

interface LostStretch {
  seqFrom: number
  seqTo: number
  reason: string
}
