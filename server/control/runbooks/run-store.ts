import type { Pool, PoolClient } from '../../clients'
import type { RunOutcome, RunSummary, StepJob, StepKind, StepOutcome, StepRun, Variables } from './model'

type Queryable = Pick<Pool | PoolClient, 'query'>

const ms = (column: string, name: string) => `(extract(epoch FROM ${column}) * 1000)::bigint AS "${name}"`

export interface StoredRun extends RunSummary {
  variables: Variables
}

const columns = `r.id, r.runbook, coalesce(b.title, r.runbook) AS title, r.version, r.incident_id AS "incidentId",
  r.variables, r.started_by AS "startedBy", ${ms('r.started_at', 'startedAt')},
  ${ms('r.finished_at', 'finishedAt')}, r.outcome, r.score`
const source = 'runbook_run r LEFT JOIN runbook b ON b.name = r.runbook'

export async function selectRuns(
  db: Queryable,
  of: { runbook: string } | { incidentId: number },
  limit: number,
): Promise<StoredRun[]> {
  const [column, value] = 'runbook' in of ? ['r.runbook', of.runbook] : ['r.incident_id', of.incidentId]
  const { rows } = await db.query<StoredRun>(
    `SELECT ${columns} FROM ${source} WHERE ${column} = $1 ORDER BY r.started_at DESC LIMIT $2`,
    [value, limit],
  )
  return rows
}

export async function findRun(db: Queryable, id: string, lock = false): Promise<StoredRun | null> {
  const { rows } = await db.query<StoredRun>(
    `SELECT ${columns} FROM ${source} WHERE r.id = $1 ${lock ? 'FOR UPDATE OF r' : ''}`,
    [id],
  )
  return rows[0] ?? null
}

export async function insertRun(
  client: PoolClient,
  run: Pick<StoredRun, 'runbook' | 'version' | 'incidentId' | 'variables' | 'startedBy'>,
): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO runbook_run (runbook, version, incident_id, variables, started_by)
     VALUES ($1, $2, $3, $4, $5) RETURNING id`,
    [run.runbook, run.version, run.incidentId, JSON.stringify(run.variables), run.startedBy],
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('INSERT … RETURNING gave no row')
  return id
}

export async function endRunRow(
  client: PoolClient,
  { id, outcome, score }: { id: string; outcome: RunOutcome; score: number | null },
): Promise<void> {
  await client.query(
    'UPDATE runbook_run SET finished_at = clock_timestamp(), outcome = $2, score = $3 WHERE id = $1',
    [id, outcome, score],
  )
}

/** The last ones first hold what counts; a step tried more often than this has told enough. */
const stepsLimit = 500

export async function selectSteps(db: Queryable, runId: string): Promise<StepRun[]> {
  const { rows } = await db.query<StepRun>(
    `SELECT * FROM (
       SELECT id, step, kind, outcome, actor, ${ms('at', 'at')}, evidence FROM runbook_step_run
        WHERE run_id = $1 ORDER BY id DESC LIMIT ${stepsLimit}) newest ORDER BY id`,
    [runId],
  )
  return rows
}

export async function insertStep(
  client: PoolClient,
  step: {
    runId: string
    step: string
    kind: StepKind | 'gate'
    outcome: StepOutcome
    actor: string
    evidence: object
  },
): Promise<void> {
  await client.query(
    `INSERT INTO runbook_step_run (run_id, step, kind, outcome, actor, evidence) VALUES ($1, $2, $3, $4, $5, $6)`,
    [step.runId, step.step, step.kind, step.outcome, step.actor, JSON.stringify(step.evidence)],
  )
}

export async function selectStepJobs(db: Queryable, ids: readonly string[]): Promise<StepJob[]> {
  const { rows } = await db.query<StepJob>(
    'SELECT id AS "jobId", kind, status, progress, error FROM job WHERE id = ANY($1::uuid[])',
    [ids],
  )
  return rows
}

export interface AppliedPlan {
  kind: string
  pipeline: string
  jobId: string | null
  appliedAt: number | null
  appliedBy: string | null
}

export async function findAppliedPlan(db: Queryable, id: string): Promise<AppliedPlan | null> {
  const { rows } = await db.query<AppliedPlan>(
    `SELECT kind, pipeline, job_id AS "jobId", ${ms('applied_at', 'appliedAt')}, applied_by AS "appliedBy"
       FROM plan WHERE id = $1`,
    [id],
  )
  return rows[0] ?? null
}

export interface Tally {
  runbook: string
  finished: number
  solved: number
  running: number
  lastRunAt: number | null
  medianMs: number | null
}

/** How often each was carried out, and how often it solved what it was for. */
export async function tallyRuns(db: Queryable): Promise<Map<string, Tally>> {
  const { rows } = await db.query<Tally>(
    `SELECT runbook, count(*) FILTER (WHERE finished_at IS NOT NULL) AS finished,
            count(*) FILTER (WHERE outcome = 'solved') AS solved,
            count(*) FILTER (WHERE finished_at IS NULL) AS running, ${ms('max(started_at)', 'lastRunAt')},
            (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at) * 1000)
               FILTER (WHERE outcome = 'solved'))::float8 AS "medianMs"
       FROM runbook_run GROUP BY runbook`,
  )
  return new Map(rows.map((row) => [row.runbook, row]))
}
