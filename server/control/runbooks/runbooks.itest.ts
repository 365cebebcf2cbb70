import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectRoot, readEnv } from '../../platform'
import type { History } from '../../serving/testing/history'
import { wireConsole, type Console } from '../console'
import { listIncidents } from '../incidents'
import { requestCancel } from '../jobs'
import type { PlanRequest } from '../plans'
import { bothHours, firstHour, PlanWorld, refusal } from '../testing-plans'
import { provisionRunbooks } from './apply-runbook'
import { endRun, readRun, recordNote, recordPlan, runCheck, startRun } from './carry-out'
import type { RunDetail, Variables } from './model'
import { getRunbook, listRunbooks } from './read-runbooks'

const actor = 'ada@example.org'
const iso = (at: number) => new Date(at).toISOString()
const texts = () => {
  const folder = path.join(projectRoot(), 'pipelines', 'runbooks')
  return readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'utf8'))
}

let world: PlanWorld
let console: Console
beforeAll(async () => {
  world = await PlanWorld.open()
  const { pool, nats, dataDir } = world.services
  console = await wireConsole({ env: { ...readEnv({}), dataDir }, pool, nats, clock: world.clock })
  await provisionRunbooks(console, texts())
})
afterAll(async () => {
  console.registry.close()
  await world.close()
})

const start = (runbook: string, variables: Variables, incidentId: number | null = null): Promise<RunDetail> =>
  startRun(console, { runbook, incidentId, variables, actor })

/** Runs a check and tells its outcome, and its words when they are wanted. */
async function check(run: RunDetail, step: string): Promise<string> {
  const after = await runCheck(console, { runId: run.id, step, actor })
  return after.steps.filter((one) => one.step === step).at(-1)?.outcome ?? 'none'
}

const windows = (range: { from: number; to: number }) => ({ from: iso(range.from), to: iso(range.to) })

/** Applies the plan of a step as its dialog does, records it, and waits for its job with a worker. */
async function carryOut(run: RunDetail, step: string, history: History, request: PlanRequest): Promise<void> {
  const plan = await world.plan(request)
  const { jobId } = await world.apply(plan)
  await recordPlan(console, { runId: run.id, step, planId: plan.id, actor })
  await world.withWorker(history, () => world.ended(jobId))
}

const isSolved = async (run: RunDetail) => (await readRun(console, run.id)).outcome === 'solved'

describe('each runbook finds its fault, and says when it is mended', () => {
  it('F1: a failed run, until one has succeeded', async () => {
    const history = await world.pipeline('f1')
    await world.pool.query(
      `INSERT INTO job (kind, pipeline, payload, items, status, created_by, error, attempts, started_at, finished_at)
       VALUES ('scheduled', 'f1', '{}', '[]', 'failed', 'schedule', 'no room on the disk', 3, now(), now())`,
    )
    const run = await start('f1-batch-failure', { pipeline: 'f1', ...windows(bothHours) })
    expect(await check(run, 'last-run')).toBe('failed')
    expect(await check(run, 'gate')).toBe('failed')
    expect(await isSolved(run)).toBe(false)
    await carryOut(run, 'missing', history, {
      kind: 'backfill',
      pipeline: 'f1',
      ...bothHours,
      options: { mode: 'missing' },
    })
    expect(await check(run, 'last-run')).toBe('passed')
    expect(await check(run, 'gate')).toBe('passed')
    const ended = await readRun(console, run.id)
    expect(ended).toMatchObject({ outcome: 'solved', score: 1 })
    expect(ended.jobs).toMatchObject([{ kind: 'backfill', status: 'succeeded' }])
  })

  it('F4: events that were parked', async () => {
    await world.pipeline('f4')
    const run = await start('f4-schema-mismatch', { pipeline: 'f4', ...windows(firstHour) })
    const type = (await world.pool.query<{ type: string }>(`SELECT type FROM compute WHERE pipeline = 'f4'`))
      .rows[0]?.type
    await world.pool.query(
      `INSERT INTO dead_letter (seq, index, subject, type, source, code, reason, raw, at)
       VALUES (1, 0, 's', $1, 'till', 'schema', 'data.distance is text', '{}', now())`,
      [type],
    )
    expect(await check(run, 'dead-letters')).toBe('failed')
    expect(await check(run, 'gate')).toBe('failed')
    await world.pool.query(`UPDATE dead_letter SET at = now() - interval '20 minutes'`)
    expect(await check(run, 'gate')).toBe('passed')
  })

  it('F5: a difference without a cause, until the windows are reconciled', async () => {
    const history = await world.pipeline('f5')
    await world.pool.query(
      `UPDATE speed_bucket SET acc = (SELECT array_agg(a + 5) FROM unnest(acc) a) WHERE compute_id = $1 AND window_start >= $2 AND window_start < $3`,
      [history.computeId, firstHour.from, firstHour.to],
    )
    const run = await start('f5-serving-inconsistency', { pipeline: 'f5', ...windows(firstHour) })
    const reconcile = { kind: 'reconcile', pipeline: 'f5', ...firstHour } as const
    await carryOut(run, 'reconcile', history, reconcile)
    expect(await check(run, 'drift')).toBe('failed')
    await carryOut(run, 'reconcile', history, reconcile)
    expect(await check(run, 'gate')).toBe('passed')
  })

  it('F6: a recompute that somebody asked for, until it is cancelled', async () => {
    await world.pipeline('f6')
    const { jobId } = await world.apply(
      await world.plan({ kind: 'backfill', pipeline: 'f6', ...bothHours, options: { mode: 'all' } }),
    )
    const run = await start('f6-cost-spike', { pipeline: 'f6', job: jobId })
    expect(await check(run, 'recomputes')).toBe('failed')
    expect(await check(run, 'gate')).toBe('failed')
    await requestCancel(world.deps, { id: jobId, actor })
    expect(await check(run, 'gate')).toBe('passed')
  })

  it('F7: late events that wait for batch, until it has counted them', async () => {
    const history = await world.pipeline('f7')
    await world.late(history, 'late-1')
    await world.late(history, 'late-2', 'b')
    const run = await start('f7-late-data', { pipeline: 'f7', ...windows(firstHour) })
    expect(await check(run, 'waiting')).toBe('failed')
    expect(await check(run, 'gate')).toBe('failed')
    await carryOut(run, 'reconcile', history, { kind: 'reconcile', pipeline: 'f7', ...firstHour })
    expect(await check(run, 'still-waiting')).toBe('passed')
    expect(await check(run, 'gate')).toBe('passed')
  })

  it('F8: a token that is refused, until it is revoked', async () => {
    const run = await start('f8-suspicious-access', { principal: 'ci' })
    await world.pool.query(
      `INSERT INTO api_token (name, prefix, token_hash, scopes, created_by)
       VALUES ('ci', 'plx', decode('00', 'hex'), '{read}', 'test')`,
    )
    await world.pool.query(
      `INSERT INTO access_event (kind, principal, address, detail)
       SELECT 'scope', 'ci', '203.0.113.7', '{}' FROM generate_series(1, 12)`,
    )
    expect(await check(run, 'refusals')).toBe('failed')
    expect(await check(run, 'gate')).toBe('failed')
    await world.pool.query(`UPDATE api_token SET revoked_at = now() WHERE name = 'ci'`)
    expect(await check(run, 'trail')).toBe('passed')
    expect(await check(run, 'gate')).toBe('passed')
  })

  it('the checklist: a paused layer is seen, and it is over when no alert fires', async () => {
    await world.pipeline('list')
    const { rows } = await world.pool.query<{ id: number }>(
      `INSERT INTO incident (cause, severity, state, title, pipelines, objectives, opened_by)
       VALUES ('speed:list', 'page', 'open', 'list stands still', '{list}', '{}', 'alert') RETURNING id`,
    )
    const id = rows[0]?.id ?? 0
    await world.pool.query(
      `INSERT INTO alert (fingerprint, rule, severity, state, cause, pipeline, title, says, evidence, pending_since,
                          firing_since, last_seen_at, incident_id)
       VALUES ('f', 'speed.outage', 'page', 'firing', 'speed:list', 'list', 'list stands still', 'Events wait.', '{}',
               now(), now(), now(), $1)`,
      [id],
    )
    const run = await start('incident-checklist', {}, id)
    expect(run.variables).toMatchObject({ pipeline: 'list', incident: String(id), rule: 'speed.outage' })
    expect(await check(run, 'gate')).toBe('failed')
    await world.pool.query(
      `UPDATE alert SET state = 'resolved', resolved_at = now() WHERE incident_id = $1`,
      [id],
    )
    expect(await check(run, 'gate')).toBe('passed')
    const page = await listIncidents(console, { pipeline: 'list' }, { before: null, limit: 10 })
    expect(page.incidents).toMatchObject([{ id, firing: 0 }])
  })
})

describe('a run', () => {
  it('is refused a plan of another kind or pipeline, or one applied before it began', async () => {
    await world.pipeline('mine')
    await world.pipeline('other')
    const before = await world.plan({ kind: 'pause', pipeline: 'mine', options: { layer: 'batch' } })
    await world.apply(before)
    const run = await start('f6-cost-spike', { pipeline: 'mine' })
    const elsewhere = await world.plan({ kind: 'pause', pipeline: 'other', options: { layer: 'batch' } })
    await world.apply(elsewhere)
    const unapplied = await world.plan({ kind: 'pause', pipeline: 'mine', options: { layer: 'speed' } })
    await world.pool.query(
      `UPDATE runbook_run SET started_at = clock_timestamp() + interval '1 second' WHERE id = $1`,
      [run.id],
    )
    for (const { id } of [before, elsewhere, unapplied]) {
      const error = await refusal(recordPlan(console, { runId: run.id, step: 'pause', planId: id, actor }))
      expect(error.message).toContain('wants a pause of mine')
    }
  })

  it('takes nobody’s word for a check, and is ended once', async () => {
    const run = await start('f6-cost-spike', { pipeline: 'mine' })
    const error = await refusal(
      recordNote(console, { runId: run.id, step: 'gate', outcome: 'done', says: 'trust me', actor }),
    )
    expect(error.message).toContain('is a check')
    await endRun(console, { runId: run.id, outcome: 'given up', says: 'test', actor })
    const again = await refusal(endRun(console, { runId: run.id, outcome: 'given up', says: 'test', actor }))
    expect(again.code).toBe('conflict')
  })

  it('is counted in the score of its runbook', async () => {
    const runbooks = await listRunbooks(console)
    expect(runbooks.find(({ name }) => name === 'f1-batch-failure')).toMatchObject({ finished: 1, solved: 1 })
    expect(runbooks.find(({ name }) => name === 'f2-speed-lag')).toMatchObject({ finished: 0, solved: 0 })
  })
})

describe('texts that ship', () => {
  it('are put in force once', async () => {
    expect(await provisionRunbooks(console, texts())).toEqual([])
    expect((await getRunbook(console, 'f1-batch-failure')).version).toBe(1)
  })

  it('do not replace what people have changed', async () => {
    await world.pool.query(
      `INSERT INTO runbook_version (name, version, text, created_by) VALUES ('f3-duplicates', 2, 'theirs', 'bob')`,
    )
    const changed = texts().map((text) => text.replace('Events come twice', 'Events come often'))
    expect(await provisionRunbooks(console, changed)).toEqual([])
  })
})
