import type { Instant } from '../pipeline'
import type { Coverage, Hole } from './merge'
import type { Queryable } from './publication-store'
import type { VersionState } from './version-store'

/** A cell's rows as they are kept; numerics are text, sketches hex. */
export interface CellRows {
  publication: number
  version: VersionRowOfCell | null
  buckets: BucketRowOfCell[]
  epochs: { epoch: number; partition: number; seq: number; closedAt: Instant }[]
  positions: { partition: number; seq: number; epoch: number; watermark: Instant | null }[]
  holes: (Hole & { id: number })[]
  /** Buckets of [from, to) with an epoch up to the third were vacuumed. */
  vacuumed: [from: Instant, to: Instant, epoch: number][] | null
}

export interface VersionRowOfCell extends Coverage {
  id: number
  from: Instant
  to: Instant
  state: VersionState
  digest: string | null
  schemas: Record<string, number>
  createdBy: string
  reason: string | null
  jobId: string | null
  finishedAt: Instant | null
  publishedAt: Instant | null
  /** The publication that made it answer here. */
  inForceSince: {
    number: number
    kind: string
    at: Instant
    actor: string
    reason: string | null
    jobId: string | null
  } | null
  acc: (string | null)[] | null
  sketch: string | null
}

export interface BucketRowOfCell {
  epoch: number
  partition: number
  acc: (string | null)[]
  sketch: string | null
  late: number
  duplicate: number
  invalid: number
}

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`

/** One statement, so one moment: what is in force, its cell, every bucket still kept, positions and holes. */
const statement = {
  name: 'serving-cell',
  text: `WITH entry AS (
    SELECT version_id, since_number FROM publication_range
     WHERE compute_id = $1 AND until_number IS NULL AND range_from <= $2 AND range_to > $2),
  bucket AS MATERIALIZED (
    SELECT epoch, partition, acc, sketch, late, duplicate, invalid FROM speed_bucket
     WHERE compute_id = $1 AND window_start = $2 AND key = $4)
  SELECT json_build_object(
    'publication', (SELECT publication FROM compute WHERE id = $1),
    'version', (SELECT json_build_object('id', v.id, 'version', v.number, 'from', v.range_from, 'to', v.range_to,
        'epoch', v.epoch, 'cut', v.cut, 'settledTo', v.watermark, 'state', v.state, 'digest', v.digest,
        'schemas', v.schemas, 'createdBy', v.created_by, 'reason', v.reason, 'jobId', v.job_id,
        'finishedAt', ${ms('v.finished_at')}, 'publishedAt', ${ms('v.published_at')},
        'inForceSince', CASE WHEN p.number IS NULL THEN NULL ELSE json_build_object('number', p.number,
          'kind', p.kind, 'at', ${ms('p.at')}, 'actor', p.actor, 'reason', p.reason, 'jobId', p.job_id) END,
        'acc', c.acc::text[], 'sketch', encode(c.sketch, 'hex'))
      FROM entry e JOIN version v ON v.id = e.version_id
      LEFT JOIN publication p ON p.compute_id = $1 AND p.number = e.since_number
      LEFT JOIN version_cell c ON c.version_id = v.id AND c.window_start = $2 AND c.key = $4),
    'buckets', coalesce((SELECT json_agg(json_build_object('epoch', epoch, 'partition', partition,
        'acc', acc::text[], 'sketch', encode(sketch, 'hex'), 'late', late, 'duplicate', duplicate,
        'invalid', invalid) ORDER BY epoch, partition) FROM bucket), '[]'),
    'epochs', coalesce((SELECT json_agg(json_build_object('epoch', epoch, 'partition', partition, 'seq', seq,
        'closedAt', ${ms('closed_at')}) ORDER BY epoch, partition) FROM closed_epoch
      WHERE compute_id = $1 AND epoch IN (SELECT epoch FROM bucket UNION SELECT epoch - 1 FROM bucket)), '[]'),
    'positions', coalesce((SELECT json_agg(json_build_object('partition', partition, 'seq', seq, 'epoch', epoch,
        'watermark', watermark) ORDER BY partition) FROM speed_position WHERE compute_id = $1), '[]'),
    'holes', coalesce((SELECT json_agg(json_build_object('id', h.id, 'layer', layer, 'partition', partition,
        'seqFrom', seq_from, 'seqTo', seq_to, 'fromTime', from_time, 'toTime', to_time, 'reason', reason,
        'notedAt', ${ms('created_at')}) ORDER BY h.id) FROM hole h
      WHERE h.type = (SELECT type FROM compute WHERE id = $1) AND (h.compute_id IS NULL OR h.compute_id = $1)
        AND (h.to_time IS NULL OR h.to_time >= $2) AND (h.from_time IS NULL OR h.from_time < $3)), '[]'),
    'vacuumed', (SELECT value FROM setting WHERE key = 'vacuumed:' || $1::int)) AS cell`,
}

export async function selectCell(
  db: Queryable,
  cell: { computeId: number; window: { from: Instant; to: Instant }; key: string },
): Promise<CellRows> {
  const { computeId, window, key } = cell
  const { rows } = await db.query<{ cell: CellRows }>({
    ...statement,
    values: [computeId, window.from, window.to, key],
  })
  const found = rows[0]?.cell
  if (found === undefined) throw new Error('the cell statement gave no row')
  return found
}
