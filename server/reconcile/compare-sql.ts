import type { CompiledPipeline } from '../pipeline'
import type { Range } from '../serving'

/** A stretch of windows that one version, or speed alone, answered for. */
export interface ServedSegment extends Range {
  /** What answered, with the end of its epoch and its cut; null: speed alone. */
  version: { id: number; epoch: number; cut: number[] } | null
}

/** Which cells a comparison looks at. Numbers only: they are written into the statements. */
export interface CandidateScope {
  computeId: number
  /** The version that is compared; null: nothing, so that every served cell is a candidate. */
  versionId: number | null
  segment: ServedSegment
  /** Last epoch before the cut at which both are taken. */
  epoch: number
  /** The candidate's own epoch: buckets after it are added to it; `epoch` when it is the newer one. */
  versionEpoch: number
}

type Slot = CompiledPipeline['layout']['slots'][number]

function mergedSlot({ kind }: Slot, i: number): string {
  const slot = `acc[${i + 1}]`
  if (kind.startsWith('min')) return `min(${slot})`
  if (kind.startsWith('max')) return `max(${slot})`
  return `sum(${slot})`
}

const isFloat = ({ kind }: Slot) => kind === 'float' || kind === 'minFloat' || kind === 'maxFloat'

/**
 * Whether two slots may answer differently. A float answers at 12 significant digits; beyond what a double's
 * logarithm tells, it is left to the exact comparison.
 */
function slotDiffers(slot: Slot, i: number): string {
  const [a, b] = [`s[${i + 1}]`, `b[${i + 1}]`]
  if (!isFloat(slot)) return `${a} IS DISTINCT FROM ${b}`
  return (
    `CASE WHEN ${a} = ${b} THEN false WHEN ${a} IS NULL OR ${b} IS NULL THEN ${a} IS DISTINCT FROM ${b} ` +
    `WHEN abs(${a}) > 1e290 OR abs(${a}) < 1e-290 THEN true ` +
    `ELSE round(${a}, 11 - floor(log(abs(${a})::float8))::int) <> ${b} END`
  )
}

/** Cells of one side: of a version over its windows, with the buckets after its epoch up to the cut's. */
const bucketRows = (
  { computeId, segment: { from, to } }: CandidateScope,
  afterEpoch: number,
  epoch: number,
) =>
  `SELECT window_start, key, acc, sketch, partition, epoch FROM speed_bucket
    WHERE compute_id = ${computeId} AND window_start >= ${from} AND window_start < ${to}
      AND epoch > ${afterEpoch} AND epoch <= ${epoch} AND acc[1] > 0`

const versionRows = (id: number | null, { from, to }: Range) =>
  id === null
    ? 'SELECT NULL::bigint AS window_start, NULL::text AS key, NULL::numeric[] AS acc, NULL::bytea AS sketch WHERE false'
    : `SELECT window_start, key, acc, sketch FROM version_cell
        WHERE version_id = ${id} AND window_start >= ${from} AND window_start < ${to}`

const emptyText = (column: string) => `coalesce(${column}, '{}')`

/**
 * Cells whose two answers may differ, in any order: windowStart, key, version (slots of what
 * answered) and versionSketch, parts (slots of each bucket since, as text) and partSketches, batch, batchSketch and
 * batchParts likewise. Equal cells never leave Postgres.
 */
export const candidateOrder = `"windowStart", key COLLATE "C"`

export function candidatesSql({ layout }: CompiledPipeline, scope: CandidateScope): string {
  const { segment, versionId, epoch, versionEpoch } = scope
  return layout.sketches.length === 0
    ? exactCandidates(layout.slots, scope)
    : `WITH v AS (${versionRows(segment.version?.id ?? null, segment)}),
b AS (${versionRows(versionId, segment)}),
t AS (${partsOf(bucketRows(scope, segment.version?.epoch ?? -1, epoch))}),
u AS (${partsOf(bucketRows(scope, versionEpoch, epoch))})
SELECT window_start AS "windowStart", key, v.acc AS version, v.sketch AS "versionSketch",
       ${emptyText('t.parts')} AS parts, ${emptyText('t.sketches')} AS "partSketches",
       b.acc AS batch, b.sketch AS "batchSketch", ${emptyText('u.parts')} AS "batchParts", ${emptyText('u.sketches')} AS "batchPartSketches"
  FROM b FULL JOIN v USING (window_start, key) FULL JOIN t USING (window_start, key) FULL JOIN u USING (window_start, key)
 WHERE t.parts IS NOT NULL OR u.parts IS NOT NULL OR v.acc IS DISTINCT FROM b.acc`
}

const partsOf = (rows: string) =>
  `SELECT window_start, key, array_agg(acc::text ORDER BY epoch, partition) AS parts,
          array_agg(sketch ORDER BY epoch, partition) AS sketches FROM (${rows}) r GROUP BY window_start, key`

/**
 * Without sketches both sides are merged here too. The versions, in the order of their index, are joined first; what
 * speed added since is little beside them.
 */
function exactCandidates(slots: readonly Slot[], scope: CandidateScope): string {
  const { segment, versionId, epoch, versionEpoch } = scope
  const merged = `ARRAY[${slots.map(mergedSlot).join(', ')}]::numeric[]`
  const touched = (afterEpoch: number) =>
    `SELECT window_start, key, ${merged} AS acc FROM (${bucketRows(scope, afterEpoch, epoch)}) r GROUP BY window_start, key`
  const both = (version: string, buckets: string) =>
    `CASE WHEN ${buckets}.acc IS NULL THEN ${version}.acc WHEN ${version}.acc IS NULL THEN ${buckets}.acc
          ELSE ARRAY[${slots.map((slot, i) => bothSlots(slot, i, version, buckets)).join(', ')}]::numeric[] END`
  const isLater = versionEpoch < epoch
  const differs = slots.map(slotDiffers).join('\n    OR ')
  return `SELECT window_start AS "windowStart", key, s AS version, NULL::bytea AS "versionSketch",
       '{}'::text[] AS parts, '{}'::bytea[] AS "partSketches",
       b AS batch, NULL::bytea AS "batchSketch", '{}'::text[] AS "batchParts", '{}'::bytea[] AS "batchPartSketches"
  FROM (SELECT window_start, key, ${both('v', 't')} AS s, ${isLater ? both('w', 'u') : 'w.acc'} AS b
          FROM (${versionRows(segment.version?.id ?? null, segment)}) v
          FULL JOIN (${versionRows(versionId, segment)}) w USING (window_start, key)
          FULL JOIN (${touched(segment.version?.epoch ?? -1)}) t USING (window_start, key)
          ${isLater ? `FULL JOIN (${touched(versionEpoch)}) u USING (window_start, key)` : ''}) x
 WHERE s IS DISTINCT FROM b AND (s IS NULL OR b IS NULL
    OR ${differs})`
}

function bothSlots({ kind }: Slot, i: number, version: string, buckets: string): string {
  const [a, b] = [`${version}.acc[${i + 1}]`, `${buckets}.acc[${i + 1}]`]
  if (kind.startsWith('min')) return `least(${a}, ${b})`
  if (kind.startsWith('max')) return `greatest(${a}, ${b})`
  return `${a} + ${b}`
}
