import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstHour, PlanWorld, refusal } from '../testing-plans'
import { searchAudit } from '../audit-search'
import {
  acknowledge,
  escalate,
  getIncident,
  getPostmortem,
  listIncidents,
  note,
  resolve,
  savePostmortem,
  snooze,
  startIncident,
} from '.'

const actor = 'ada@example.org'
let world: PlanWorld
beforeAll(async () => {
  world = await PlanWorld.open()
})
afterAll(() => world.close())

/** As the evaluation of alerts opens one. */
async function opened(pipeline: string, state: 'firing' | 'resolved' = 'firing'): Promise<number> {
  const { rows } = await world.pool.query<{ id: number }>(
    `INSERT INTO incident (cause, severity, state, title, owner, pipelines, objectives, runbook, opened_by, escalate_at)
     VALUES ('speed:' || $1, 'page', 'open', $1 || ' stands still', 'ops', ARRAY[$1], '{}', 'f2-speed-lag', 'alert',
             now() + interval '15 minutes') RETURNING id`,
    [pipeline],
  )
  const id = rows[0]?.id ?? 0
  await world.pool.query(
    `INSERT INTO alert (fingerprint, rule, severity, state, cause, pipeline, title, says, evidence, pending_since,
                        firing_since, last_seen_at, incident_id)
     VALUES ($1, 'speed.outage', 'page', $2, 'speed:' || $1, $1, $1 || ' stands still', '12 events wait.', $3,
             now() - interval '1 minute', now(), now(), $4)`,
    [pipeline, state, JSON.stringify({ from: firstHour.from, to: firstHour.to }), id],
  )
  return id
}

describe('what people do with an incident', () => {
  it('is written into its timeline and the audit trail, with who did it', async () => {
    await world.pipeline('acts')
    const id = await opened('acts')
    await acknowledge(world.deps, { id, actor })
    await note(world.deps, { id, actor, text: 'The disk is full.' })
    const incident = await getIncident(world.deps, id)
    expect(incident).toMatchObject({
      state: 'acknowledged',
      acknowledgedBy: actor,
      escalateAt: null,
      firing: 1,
    })
    const said = incident.timeline.filter(({ source }) => source === 'incident').map(({ says }) => says)
    expect(said).toEqual([`${actor} is on it.`, 'The disk is full.'])
    const { entries } = await searchAudit(
      world.deps,
      { object: `incident ${id}` },
      { before: null, limit: 10 },
    )
    expect(entries.map(({ action }) => action)).toEqual(['incident.note', 'incident.acknowledge'])
  })

  it('an acknowledged one is refused to the next person, who may escalate it', async () => {
    const id = await opened('twice')
    await acknowledge(world.deps, { id, actor })
    expect((await refusal(acknowledge(world.deps, { id, actor: 'bob' }))).message).toContain(actor)
    await escalate(world.deps, { id, actor: 'bob', reason: 'more hands' })
    const incident = await getIncident(world.deps, id)
    expect(incident).toMatchObject({ state: 'open', acknowledgedBy: null })
    expect(incident.escalateAt).toBeLessThanOrEqual(Date.now())
  })

  it('a snoozed one escalates when the snooze ends', async () => {
    const id = await opened('asleep')
    await snooze(world.deps, { id, actor, minutes: 30, reason: 'known' })
    const { snoozedUntil, escalateAt } = await getIncident(world.deps, id)
    expect(snoozedUntil).toBeGreaterThan(Date.now() + 25 * 60_000)
    expect(escalateAt).toBe(snoozedUntil)
  })

  it('one whose alerts fire is not resolved by hand; one whose alerts have ended is, once', async () => {
    const firing = await opened('fires')
    expect((await refusal(resolve(world.deps, { id: firing, actor, says: 'done' }))).message).toContain(
      'fires',
    )
    const quiet = await opened('quiet', 'resolved')
    await resolve(world.deps, { id: quiet, actor, says: 'done' })
    expect(await getIncident(world.deps, quiet)).toMatchObject({ state: 'resolved', resolvedBy: actor })
    expect((await refusal(resolve(world.deps, { id: quiet, actor, says: 'again' }))).code).toBe('conflict')
  })

  it('one started by hand names pipelines that there are, and ends by hand', async () => {
    await world.pipeline('by-hand')
    const start = {
      title: 'Numbers look odd',
      severity: 'ticket' as const,
      says: 'a customer called',
      from: null,
      to: null,
      runbook: null,
      actor,
    }
    expect((await refusal(startIncident(world.deps, { ...start, pipelines: ['none'] }))).code).toBe(
      'not_found',
    )
    const id = await startIncident(world.deps, { ...start, pipelines: ['by-hand'] })
    const incident = await getIncident(world.deps, id)
    expect(incident).toMatchObject({ openedBy: actor, says: 'a customer called', pipelines: ['by-hand'] })
    await resolve(world.deps, { id, actor, says: 'it was the customer' })
    const live = await listIncidents(world.deps, { state: 'live' }, { before: null, limit: 50 })
    expect(live.incidents.map((one) => one.id)).not.toContain(id)
  })

  it('an incident there is not is said to be none', async () => {
    expect((await refusal(getIncident(world.deps, 999_999))).code).toBe('not_found')
  })
})

describe('what the data says', () => {
  it('ranks the pause that holds a layer first, and counts the windows as reconciled once batch published them', async () => {
    const history = await world.pipeline('stands')
    const pause = await world.plan({ kind: 'pause', pipeline: 'stands', options: { layer: 'speed' } })
    await world.apply(pause)
    const id = await opened('stands')
    const before = await getIncident(world.deps, id)
    expect(before.candidates[0]).toMatchObject({ kind: 'paused', fit: 'strong', pipeline: 'stands' })
    expect(before.postmortem.facts).toMatchObject({ layer: { name: 'speed' }, reconciledAt: null })
    expect(before.postmortem.facts.timeToDetectMs).toBeGreaterThan(50_000)
    await world.apply(await world.plan({ kind: 'resume', pipeline: 'stands', options: { layer: 'speed' } }))
    await world.done(history, { kind: 'reconcile', pipeline: 'stands', ...firstHour })
    const after = await getIncident(world.deps, id)
    expect(after.postmortem.facts.reconciledAt).not.toBeNull()
    expect(after.timeline.map(({ source }) => source)).toEqual(
      expect.arrayContaining(['alert', 'job', 'publication', 'audit']),
    )
  })

  it('tells what an objective lost since it opened, of which budget', async () => {
    const id = await opened('spends')
    const spec = {
      id: 'spends.freshness',
      name: 'freshness',
      title: 'Fresh',
      owner: 'ops',
      sli: { pipeline: 'spends', indicator: 'freshness', threshold: 5_000 },
      parts: [],
      target: 0.99,
      window: { kind: 'rolling', days: 30 },
      budgeting: { method: 'occurrences' },
      minTotal: 0,
      urgency: 'page',
      labels: {},
    }
    await world.pool.query(
      `INSERT INTO objective (id, pipeline, source, version, spec) VALUES ($1, 'spends', 'console', 1, $2)`,
      [spec.id, JSON.stringify(spec)],
    )
    const minute = Math.floor(Date.now() / 60_000) * 60_000
    await world.pool.query(
      `INSERT INTO sli_minute (pipeline, indicator, threshold, minute, source, traffic, good, total)
       VALUES ('spends', 'freshness', 5000, $1, 'web', 'real', 60, 100)`,
      [minute],
    )
    const { affected } = await getIncident(world.deps, id)
    expect(affected).toMatchObject([{ id: 'spends.freshness', bad: 40, total: 100 }])
  })

  it('is written as a postmortem with what people add, and remembered when the cause comes again', async () => {
    const id = await opened('again', 'resolved')
    const { postmortem } = await getIncident(world.deps, id)
    const text = { ...postmortem.text, rootCause: 'A full disk.', rootCauseKind: 'infra' as const }
    await savePostmortem(world.deps, { id, actor, text })
    await resolve(world.deps, { id, actor, says: 'made room' })
    const markdown = await getPostmortem(world.deps, id)
    expect(markdown).toContain('A full disk.')
    expect(markdown).toContain('Kind: infra')
    const next = await opened('again')
    expect((await getIncident(world.deps, next)).earlier).toMatchObject([
      { id, rootCause: 'A full disk.', resolvedBy: actor },
    ])
  })
})
