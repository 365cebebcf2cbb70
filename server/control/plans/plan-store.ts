import type { Pool, PoolClient } from '../../clients'
import type {
  JobStatus,
  PlanApproval,
  PlanEstimate,
  PlanFact,
  PlanItem,
  PlanKind,
  PlanPreview,
  PlanView,
} from '../model'
import type { Range } from './window-range'

type Queryable = Pick<Pool | PoolClient, 'query'>

/** What must still hold when a plan is applied. */
export interface Expected {
  definitionVersion: number
  computeId: number
  publication: number
  /** Which versions answer where, inside the plan's range; null: any change of the publication is a conflict. */
  coverage: (Range & { version: number })[] | null
  facts: PlanFact[]
}

export interface PlanDraft {
  items: PlanItem[]
  notes: string[]
  blastRadius: PlanView['blastRadius']
  estimate: PlanEstimate
  expected: Expected
}

export interface StoredPlan
  extends PlanDraft, Omit<PlanView, keyof PlanDraft | 'state' | 'keys' | 'options'> {
  request: object
  /** How the job that computes the preview stands; null: there is none any more. */
  previewJob: { status: JobStatus; error: string | null } | null
}

const ms = (column: string, name: string) => `(extract(epoch FROM ${column}) * 1000)::bigint AS "${name}"`

const columns = `id, kind, pipeline, request->'request' AS request, request->'notes' AS notes, items, expected,
  blast_radius AS "blastRadius", estimate, created_by AS "createdBy", ${ms('created_at', 'createdAt')},
  ${ms('expires_at', 'expiresAt')}, ${ms('applied_at', 'appliedAt')}, applied_by AS "appliedBy", reason,
  job_id AS "jobId", needs_second AS "needsSecond", approvals, is_proposal AS "isProposal",
  preview, (SELECT jsonb_build_object('status', j.status, 'error', j.error) FROM job j
             WHERE j.id = (plan.preview->>'jobId')::uuid) AS "previewJob"`

export interface NewPlan extends PlanDraft {
  kind: PlanKind
  pipeline: string
  request: object
  createdBy: string
  createdAt: number
  expiresAt: number
  needsSecond: boolean
  preview?: PlanPreview
  isProposal?: boolean
}

export async function insertPlan(db: Queryable, plan: NewPlan): Promise<StoredPlan> {
  const { rows } = await db.query<StoredPlan>(
    `INSERT INTO plan (kind, pipeline, request, items, expected, blast_radius, estimate, created_by, created_at,
                       expires_at, needs_second, preview, is_proposal)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9::float8 / 1000), to_timestamp($10::float8 / 1000),
             $11, $12, $13)
     RETURNING ${columns}`,
    [
      plan.kind,
      plan.pipeline,
      JSON.stringify({ request: plan.request, notes: plan.notes }),
      JSON.stringify(plan.items),
      JSON.stringify(plan.expected),
      JSON.stringify(plan.blastRadius),
      JSON.stringify(plan.estimate),
      plan.createdBy,
      plan.createdAt,
      plan.expiresAt,
      plan.needsSecond,
      plan.preview ? JSON.stringify(plan.preview) : null,
      plan.isProposal ?? false,
    ],
  )
  return returned(rows)
}

function returned(rows: StoredPlan[]): StoredPlan {
  const row = rows[0]
  if (!row) throw new Error('RETURNING gave no row')
  return row
}

/** False: the plan is no longer one that can be applied. */
export async function writePreview(
  client: PoolClient,
  id: string,
  { preview, now, expiresAt }: { preview: PlanPreview; now: number; expiresAt: number },
): Promise<StoredPlan | null> {
  const { rows } = await client.query<StoredPlan>(
    `UPDATE plan SET preview = $2, expires_at = to_timestamp($4::float8 / 1000)
      WHERE id = $1 AND applied_at IS NULL AND expires_at > to_timestamp($3::float8 / 1000) RETURNING ${columns}`,
    [id, JSON.stringify(preview), now, expiresAt],
  )
  return rows[0] ?? null
}

export async function addApproval(
  client: PoolClient,
  id: string,
  approval: PlanApproval,
): Promise<StoredPlan> {
  const { rows } = await client.query<StoredPlan>(
    `UPDATE plan SET approvals = approvals || $2::jsonb WHERE id = $1 RETURNING ${columns}`,
    [id, JSON.stringify([approval])],
  )
  return returned(rows)
}

const proposalsLimit = 200

export async function selectProposals(
  db: Queryable,
  { pipeline, now }: { pipeline: string | null; now: number },
): Promise<StoredPlan[]> {
  const { rows } = await db.query<StoredPlan>(
    `SELECT ${columns} FROM plan
      WHERE is_proposal AND applied_at IS NULL AND expires_at > to_timestamp($2::float8 / 1000)
        AND ($1::text IS NULL OR pipeline = $1)
      ORDER BY created_at DESC LIMIT ${proposalsLimit}`,
    [pipeline, now],
  )
  return rows
}

/** Ends the proposals of a pipeline that a later scheduled run has overtaken, all but `keep`. */
export async function supersedeProposals(
  client: PoolClient,
  pipeline: string,
  keep: string | null,
): Promise<void> {
  await client.query(
    `UPDATE plan SET expires_at = least(expires_at, clock_timestamp())
      WHERE pipeline = $1 AND is_proposal AND applied_at IS NULL AND id IS DISTINCT FROM $2::uuid`,
    [pipeline, keep],
  )
}

export async function findPlan(db: Queryable, id: string): Promise<StoredPlan | null> {
  const { rows } = await db.query<StoredPlan>(`SELECT ${columns} FROM plan WHERE id = $1`, [id])
  return rows[0] ?? null
}

/** Locks the plan until the transaction ends: of two that apply it at once, the second sees the first's result. */
export async function lockPlan(client: PoolClient, id: string): Promise<StoredPlan | null> {
  const { rows } = await client.query<StoredPlan>(`SELECT ${columns} FROM plan WHERE id = $1 FOR UPDATE`, [
    id,
  ])
  return rows[0] ?? null
}

export async function markApplied(
  client: PoolClient,
  plan: { id: string; at: number; actor: string; reason: string; jobId: string },
): Promise<void> {
  await client.query(
    `UPDATE plan SET applied_at = to_timestamp($2::float8 / 1000), applied_by = $3, reason = $4, job_id = $5 WHERE id = $1`,
    [plan.id, plan.at, plan.actor, plan.reason, plan.jobId],
  )
}

/** Plans nobody applied are of no use after a while; applied ones stay with their jobs. */
export async function deleteExpiredPlans(db: Queryable, before: number): Promise<void> {
  await db.query(
    'DELETE FROM plan WHERE applied_at IS NULL AND expires_at < to_timestamp($1::float8 / 1000)',
    [before],
  )
}

/** Counting stops here: beyond, the figures say "at least". */
export const cellsCountLimit = 500_000

export interface CellCount {
  /** 1 for the first range; null: all ranges together. */
  place: number | null
  windows: number
  keys: number
  cells: number
}

/** Cells known now (in a version in force or in the speed view), range by range in the order given. */
export async function countCells(
  db: Queryable,
  { computeId, ranges }: { computeId: number; ranges: readonly Range[] },
): Promise<CellCount[]> {
  const { rows } = await db.query<CellCount>(
    `WITH piece AS (SELECT f, t, n FROM unnest($2::bigint[], $3::bigint[]) WITH ORDINALITY AS p (f, t, n)),
     cell AS (
       SELECT piece.n AS place, known.window_start, known.key FROM piece CROSS JOIN LATERAL (
         SELECT c.window_start, c.key FROM publication_range r
           JOIN version_cell c ON c.version_id = r.version_id AND c.window_start >= greatest(r.range_from, piece.f)
                              AND c.window_start < least(r.range_to, piece.t)
          WHERE r.compute_id = $1 AND r.until_number IS NULL AND r.range_from < piece.t AND r.range_to > piece.f
         UNION
         SELECT window_start, key FROM speed_bucket
          WHERE compute_id = $1 AND window_start >= piece.f AND window_start < piece.t) known
        LIMIT $4)
     SELECT place, count(DISTINCT window_start) AS windows, count(DISTINCT key) AS keys, count(*) AS cells
       FROM cell GROUP BY GROUPING SETS ((place), ())`,
    [computeId, ranges.map(({ from }) => from), ranges.map(({ to }) => to), cellsCountLimit],
  )
  return rows
}

/** Where events of the compute's type are known to be: in the archive or the speed view. */
export async function knownExtent(
  db: Queryable,
  compute: { id: number; type: string },
): Promise<Range | null> {
  const { rows } = await db.query<{ from: number | null; to: number | null }>(
    `SELECT min(f) AS "from", max(t) AS "to" FROM (
       SELECT min(min_time) AS f, max(max_time) + 1 AS t FROM archive_segment WHERE type = $2 AND state = 'live'
       UNION ALL SELECT min(window_start), max(window_start) + 1 FROM speed_bucket WHERE compute_id = $1) known`,
    [compute.id, compute.type],
  )
  const { from = null, to = null } = rows[0] ?? {}
  return from === null || to === null ? null : { from, to }
}
