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
  const [a, b] = [`s.acc[${i + 1}]`, `b.acc[${i + 1}]`]
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
 * Cells whose two answers may differ, in order of window and key's bytes: windowStart, key, version (slots of what
 * answered) and versionSketch, parts (slots of each bucket since, as text) and partSketches, batch, batchSketch and
 * batchParts likewise. Equal cells never leave Postgres.
 */
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
 WHERE t.parts IS NOT NULL OR u.parts IS NOT NULL OR v.acc IS DISTINCT FROM b.acc
 ORDER BY window_start, key COLLATE "C"`
}

const partsOf = (rows: string) =>
  `SELECT window_start, key, array_agg(acc::text ORDER BY epoch, partition) AS parts,
          array_agg(sketch ORDER BY epoch, partition) AS sketches FROM (${rows}) r GROUP BY window_start, key`

/** Without sketches both sides are merged here too. */
function exactCandidates(slots: readonly Slot[], scope: CandidateScope): string {
  const { segment, versionId, epoch, versionEpoch } = scope
  const side = (id: number | null, afterEpoch: number) => {
    const version = versionRows(id, segment)
    const buckets = bucketRows(scope, afterEpoch, epoch)
    if (afterEpoch >= epoch) return `SELECT window_start, key, acc FROM (${version}) r`
    const merged = `ARRAY[${slots.map(mergedSlot).join(', ')}]::numeric[]`
    const touched = `SELECT window_start, key, ${merged} AS acc FROM (${buckets}) r GROUP BY window_start, key`
    if (id === null) return touched
    const both = slots.map((slot, i) => bothSlots(slot, i)).join(', ')
    return `SELECT window_start, key, CASE WHEN t.acc IS NULL THEN v.acc WHEN v.acc IS NULL THEN t.acc
                   ELSE ARRAY[${both}]::numeric[] END AS acc
              FROM (${version}) v FULL JOIN (${touched}) t USING (window_start, key)`
  }
  const differs = slots.map(slotDiffers).join('\n    OR ')
  return `SELECT window_start AS "windowStart", key, s.acc AS version, NULL::bytea AS "versionSketch",
       '{}'::text[] AS parts, '{}'::bytea[] AS "partSketches",
       b.acc AS batch, NULL::bytea AS "batchSketch", '{}'::text[] AS "batchParts", '{}'::bytea[] AS "batchPartSketches"
  FROM (${side(segment.version?.id ?? null, segment.version?.epoch ?? -1)}) s
  FULL JOIN (${side(versionId, versionEpoch)}) b USING (window_start, key)
 WHERE s.acc IS DISTINCT FROM b.acc AND (s.acc IS NULL OR b.acc IS NULL
    OR ${differs})
 ORDER BY window_start, key COLLATE "C"`
}

function bothSlots({ kind }: Slot, i: number): string {
  const [a, b] = [`v.acc[${i + 1}]`, `t.acc[${i + 1}]`]
  if (kind.startsWith('min')) return `least(${a}, ${b})`
  if (kind.startsWith('max')) return `greatest(${a}, ${b})`
  return `${a} + ${b}`
}
