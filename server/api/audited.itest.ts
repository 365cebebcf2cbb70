import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createUser, signIn } from '../auth'
import { inTransaction } from '../clients'
import { searchAudit, verifyAudit } from '../control'
import { registryRoutes } from './rest/registry'
import { v1Routes } from './rest/v1'
import { departures, startTestApi, type TestApi } from './testing'
import { createContext } from './context'
import { openSloOf, runbookOf } from './testing-documents'
import { appRouter } from './trpc/router'

let api: TestApi
const password = 'correct horse battery staple'
const day = { from: Date.UTC(2026, 0, 31), to: Date.UTC(2026, 1, 1) }

type Caller = ReturnType<typeof appRouter.createCaller>

beforeAll(async () => {
  api = await startTestApi()
  for (const [email, role] of [
    ['admin@example.org', 'admin'],
    ['other@example.org', 'admin'],
    ['second@example.org', 'operator'],
  ] as const)
    await inTransaction(api.services.pool, (client) => createUser(client, { email, password, role }))
})
afterAll(() => api[Symbol.asyncDispose]())

/** The procedures as a browser calls them that has signed in as this user. */
async function signedIn(email = 'admin@example.org'): Promise<Caller> {
  const { token } = await signIn(api.console, { email, password, address: 'test' })
  const headers = new Headers({
    host: 'localhost:3000',
    cookie: `parallax_3000=${token}`,
    'sec-fetch-site': 'same-origin',
  })
  return asSent(headers)
}

async function asSent(headers: Headers): Promise<Caller> {
  const req = new Request('http://localhost:3000/api/trpc', { headers })
  const open = () => Promise.resolve(api.console)
  return appRouter.createCaller(await createContext({ req, resHeaders: new Headers() }, open))
}

const nobody = () => asSent(new Headers({ host: 'localhost:3000' }))

async function pipeline(name: string): Promise<string> {
  const { metadata, ...rest } = departures()
  const document = { ...rest, metadata: { ...metadata, name } }
  await (await signedIn()).pipelines.applyDefinition({ text: JSON.stringify(document) })
  return name
}

let lastName = 0
const newName = () => `audited-${++lastName}`
const plan = async (caller: Caller) =>
  caller.plans.create({
    kind: 'backfill',
    pipeline: await pipeline(newName()),
    ...day,
    options: { mode: 'all' },
  })
const job = async (caller: Caller) => {
  const { id } = await plan(caller)
  return (await caller.plans.applyPlan({ id, reason: 'test' })).jobId
}

const planned = { pipeline: null, category: 'maintenance', reason: 'test', ...day }
const objectiveOf = async (name: string) => ({
  id: `${await pipeline(name)}.fast`,
  name: 'fast',
  title: 'Reads are fast',
  owner: 'network-ops',
  sli: { pipeline: name, indicator: 'latency' as const, threshold: 250 },
  target: 0.95,
  window: { kind: 'rolling' as const, days: 30 },
  minTotal: 20,
})

const incident = async (caller: Caller) =>
  (await caller.incidents.start({ title: 'test', severity: 'ticket', says: 'test' })).id
const runbook = async (caller: Caller) => {
  const name = newName()
  const text = runbookOf(name)
  await caller.runbooks.save({ text, reason: 'test' })
  return name
}
const runbookRun = async (caller: Caller, name?: string) =>
  (
    await caller.runbooks.start({
      runbook: await runbook(caller),
      variables: name === undefined ? {} : { pipeline: name },
    })
  ).id

interface Write {
  /** What the trail must say of it. */
  action: string
  /** Does the write and nothing else audited after it. */
  run: (caller: Caller) => Promise<unknown>
}

/** Each write there is. A new mutation is added here, with an entry of its own, or the test below fails. */
const silence = () => {
  const startsAt = Date.now()
  return { match: { rule: 'drift' }, reason: 'test', startsAt, endsAt: startsAt + 60_000 }
}

const channel = () => ({
  name: newName(),
  kind: 'webhook' as const,
  settings: { url: 'http://127.0.0.1:9/hook' },
  secret: 'a key of sixteen letters',
})

const procedures: Record<string, Write> = {
  'auth.signIn': {
    action: 'session.start',
    run: async () => (await nobody()).auth.signIn({ email: 'admin@example.org', password }),
  },
  'auth.signOut': { action: 'session.end', run: (caller) => caller.auth.signOut() },
  'auth.endSessions': { action: 'session.endAll', run: (caller) => caller.auth.endSessions({}) },
  'auth.changePassword': {
    action: 'password.change',
    run: async () => {
      const caller = await signedIn('other@example.org')
      await caller.auth.changePassword({ current: password, next: `${password} 2` })
    },
  },
  'pipelines.applyDefinition': { action: 'pipeline.create', run: () => pipeline(newName()) },
  'pipelines.remove': {
    action: 'pipeline.remove',
    run: async (caller) => caller.pipelines.remove({ name: await pipeline(newName()), reason: 'test' }),
  },
  'plans.create': { action: 'plan.create', run: plan },
  'plans.applyPlan': { action: 'plan.apply', run: job },
  'plans.approve': {
    action: 'plan.approve',
    run: async (caller) => {
      const { id } = await plan(caller)
      await (await signedIn('second@example.org')).plans.approve({ id, reason: 'test' })
    },
  },
  'jobs.cancel': {
    action: 'job.cancel',
    run: async (caller) => caller.jobs.cancel({ id: await job(caller) }),
  },
  'jobs.pause': { action: 'job.pause', run: async (caller) => caller.jobs.pause({ id: await job(caller) }) },
  'jobs.resume': {
    action: 'job.resume',
    run: async (caller) => {
      const id = await job(caller)
      await caller.jobs.pause({ id })
      await caller.jobs.resume({ id })
    },
  },
  'audit.verify': { action: 'audit.verify', run: (caller) => caller.audit.verify() },
  'users.create': {
    action: 'user.create',
    run: (caller) => caller.users.create({ email: 'new@example.org', password, role: 'viewer' }),
  },
  'users.update': {
    action: 'user.update',
    run: async (caller) => {
      const user = (await caller.users.list()).find(({ email }) => email === 'other@example.org')
      await caller.users.update({ id: user?.id ?? '', role: 'viewer' })
    },
  },
  'users.endSessions': {
    action: 'session.endAll',
    run: async (caller) => {
      const user = (await caller.users.list()).find(({ email }) => email === 'other@example.org')
      await caller.users.endSessions({ id: user?.id ?? '' })
    },
  },
  'tokens.create': {
    action: 'token.create',
    run: (caller) => caller.tokens.create({ name: 'ci', scopes: ['read'] }),
  },
  'tokens.revoke': {
    action: 'token.revoke',
    run: async (caller) =>
      caller.tokens.revoke({ id: (await caller.tokens.create({ name: 'ci', scopes: ['read'] })).id }),
  },
  'objectives.save': {
    action: 'objective.create',
    run: async (caller) => caller.objectives.save({ spec: await objectiveOf(newName()), reason: 'test' }),
  },
  'objectives.importOpenSlo': {
    action: 'objective.create',
    run: async (caller) =>
      caller.objectives.importOpenSlo({ text: openSloOf(await pipeline(newName())), reason: 'test' }),
  },
  'objectives.remove': {
    action: 'objective.remove',
    run: async (caller) => {
      const spec = await objectiveOf(newName())
      await caller.objectives.save({ spec, reason: 'test' })
      await caller.objectives.remove({ id: spec.id, reason: 'test' })
    },
  },
  'objectives.addCorrection': {
    action: 'correction.add',
    run: (caller) => caller.objectives.addCorrection(planned),
  },
  'objectives.removeCorrection': {
    action: 'correction.remove',
    run: async (caller) => {
      const { id } = await caller.objectives.addCorrection(planned)
      await caller.objectives.removeCorrection({ id, reason: 'test' })
    },
  },
  'costs.setPrices': {
    action: 'prices.set',
    run: (caller) =>
      caller.costs.setPrices({
        currency: 'EUR',
        cpuHour: 0.05,
        gbScanned: 0.004,
        gbStoredMonth: 0.02,
        cores: 4,
        reason: 'test',
      }),
  },
  'incidents.start': { action: 'incident.start', run: (caller) => incident(caller) },
  'incidents.acknowledge': {
    action: 'incident.acknowledge',
    run: async (caller) => caller.incidents.acknowledge({ id: await incident(caller) }),
  },
  'incidents.snooze': {
    action: 'incident.snooze',
    run: async (caller) =>
      caller.incidents.snooze({ id: await incident(caller), minutes: 30, reason: 'test' }),
  },
  'incidents.note': {
    action: 'incident.note',
    run: async (caller) => caller.incidents.note({ id: await incident(caller), text: 'test' }),
  },
  'incidents.escalate': {
    action: 'incident.escalate',
    run: async (caller) => caller.incidents.escalate({ id: await incident(caller), reason: 'test' }),
  },
  'incidents.resolve': {
    action: 'incident.resolve',
    run: async (caller) => caller.incidents.resolve({ id: await incident(caller), says: 'test' }),
  },
  'incidents.savePostmortem': {
    action: 'incident.postmortem',
    run: async (caller) => {
      const { postmortem } = await caller.incidents.get({ id: await incident(caller) })
      await caller.incidents.savePostmortem({ id: await incident(caller), text: postmortem.text })
    },
  },
  'runbooks.save': { action: 'runbook.create', run: (caller) => runbook(caller) },
  'runbooks.start': { action: 'runbook.start', run: (caller) => runbookRun(caller) },
  'runbooks.check': {
    action: 'runbook.check',
    run: async (caller) => caller.runbooks.check({ runId: await runbookRun(caller), step: 'gate' }),
  },
  'runbooks.recordNote': {
    action: 'runbook.note',
    run: async (caller) =>
      caller.runbooks.recordNote({
        runId: await runbookRun(caller),
        step: 'told',
        outcome: 'done',
        says: 'test',
      }),
  },
  'runbooks.recordPlan': {
    action: 'runbook.plan',
    run: async (caller) => {
      const name = await pipeline(newName())
      const runId = await runbookRun(caller, name)
      const { id } = await caller.plans.create({
        kind: 'pause',
        pipeline: name,
        options: { layer: 'batch' },
      })
      await caller.plans.applyPlan({ id, reason: 'test' })
      await caller.runbooks.recordPlan({ runId, step: 'pause', planId: id })
    },
  },
  'runbooks.end': {
    action: 'runbook.end',
    run: async (caller) =>
      caller.runbooks.end({ runId: await runbookRun(caller), outcome: 'given up', says: 'test' }),
  },
  'alerts.addSilence': {
    action: 'silence.add',
    run: (caller) => caller.alerts.addSilence(silence()),
  },
  'alerts.endSilence': {
    action: 'silence.end',
    run: async (caller) => caller.alerts.endSilence({ id: (await caller.alerts.addSilence(silence())).id }),
  },
  'alerts.saveRules': {
    action: 'alertRules.set',
    run: (caller) => caller.alerts.saveRules({ changes: { drift: { forS: 30 } }, reason: 'test' }),
  },
  'channels.save': { action: 'channel.add', run: (caller) => caller.channels.save(channel()) },
  'channels.remove': {
    action: 'channel.remove',
    run: async (caller) => caller.channels.remove({ id: (await caller.channels.save(channel())).id }),
  },
  'channels.test': {
    action: 'channel.test',
    run: async (caller) => caller.channels.test({ id: (await caller.channels.save(channel())).id }),
  },
  'channels.saveRoutes': {
    action: 'alertRoutes.set',
    run: (caller) =>
      caller.channels.saveRoutes({ routes: [], consoleUrl: null, allowInternal: false, reason: 'test' }),
  },
  'policy.set': {
    action: 'policy.set',
    run: (caller) => caller.policy.set({ fourEyesCells: 1_000_000, fourEyesBytes: null, reason: 'test' }),
  },
}

const restSilence = {
  match: { rule: 'drift' },
  reason: 'test',
  endsAt: '2100-01-01T00:00:00Z',
  startsAt: '2099-12-31T00:00:00Z',
}

const restBackfill = async () => {
  const body = { kind: 'backfill', pipeline: await pipeline(newName()), from: '2026-01-31', to: '2026-02-01' }
  return (await api.call('POST', '/plans', { body })).body.id as string
}
const restApply = async () => {
  const answer = await api.call('POST', `/plans/${await restBackfill()}/apply`, { body: { reason: 'test' } })
  return answer.body.jobId as string
}

const routes: Record<string, Write | { notAudited: string }> = {
  'POST /events': {
    notAudited: 'The log itself is the record of every event: append-only, none is dropped.',
  },
  'POST /pipelines': {
    action: 'pipeline.create',
    run: () => api.call('POST', '/pipelines', { body: departures() }),
  },
  'PUT /pipelines/{name}': {
    action: 'pipeline.change',
    run: () => api.call('PUT', '/pipelines/departures', { body: departures({ batch: { every: '7m' } }) }),
  },
  'DELETE /pipelines/{name}': {
    action: 'pipeline.remove',
    run: () => api.call('DELETE', '/pipelines/departures?reason=test'),
  },
  'POST /silences': {
    action: 'silence.add',
    run: () => api.call('POST', '/silences', { body: restSilence }),
  },
  'DELETE /silences/{id}': {
    action: 'silence.end',
    run: async () => {
      const { body } = await api.call('POST', '/silences', { body: restSilence })
      return api.call('DELETE', `/silences/${String(body.id)}`)
    },
  },
  'POST /slos': {
    action: 'objective.create',
    run: async () => api.call('POST', '/slos', { body: openSloOf(await pipeline(newName())) }),
  },
  'POST /plans': { action: 'plan.create', run: restBackfill },
  'POST /plans/{id}/apply': { action: 'plan.apply', run: restApply },
  'POST /plans/{id}/approve': {
    action: 'plan.approve',
    run: async () => {
      const { id } = await plan(await signedIn())
      await api.call('POST', `/plans/${id}/approve`, { body: { reason: 'test' } })
    },
  },
  'POST /jobs/{id}/pause': {
    action: 'job.pause',
    run: async () => api.call('POST', `/jobs/${await restApply()}/pause`),
  },
  'POST /jobs/{id}/resume': {
    action: 'job.resume',
    run: async () => {
      const id = await restApply()
      await api.call('POST', `/jobs/${id}/pause`)
      await api.call('POST', `/jobs/${id}/resume`)
    },
  },
  'POST /jobs/{id}/cancel': {
    action: 'job.cancel',
    run: async () => api.call('POST', `/jobs/${await restApply()}/cancel`),
  },
  'POST /incidents/{id}/acknowledge': {
    action: 'incident.acknowledge',
    run: async () => api.call('POST', `/incidents/${await incident(await signedIn())}/acknowledge`),
  },
  'POST /incidents/{id}/notes': {
    action: 'incident.note',
    run: async () =>
      api.call('POST', `/incidents/${await incident(await signedIn())}/notes`, { body: { text: 'test' } }),
  },
  'POST /incidents/{id}/resolve': {
    action: 'incident.resolve',
    run: async () =>
      api.call('POST', `/incidents/${await incident(await signedIn())}/resolve`, {
        body: { reason: 'test' },
      }),
  },
  'POST /runbooks': {
    action: 'runbook.change',
    run: async () => {
      const caller = await signedIn()
      const { text } = await caller.runbooks.get({ name: await runbook(caller) })
      await api.call('POST', '/runbooks', { body: { text: `${text}\n` } })
    },
  },
  'POST /subjects/{subject}/versions': {
    action: 'schema.register',
    run: () => api.registry('POST', '/subjects/s/versions', { body: { schema: '{"type":"object"}' } }),
  },
}

const newest = async () =>
  (await searchAudit(api.console, {}, { before: null, limit: 1 })).entries[0] ?? {
    seq: 0,
    action: 'none',
    actor: '',
  }

async function expectEntry({ action, run }: Write, actor: string): Promise<void> {
  const caller = await signedIn()
  const before = await newest()
  await run(caller)
  const after = await newest()
  expect(after.seq).toBeGreaterThan(before.seq)
  expect(after.action).toBe(action)
  expect(after.actor).toContain(actor)
}

describe('[law 8] every write leaves an audit entry that says who did it', () => {
  const mutations = Object.entries(appRouter._def.procedures)
    .filter(([, procedure]) => (procedure as unknown as { _def: { type: string } })._def.type === 'mutation')
    .map(([path]) => path)
  const writes = [...v1Routes, ...registryRoutes].filter(({ method }) => method !== 'GET')

  it('knows each mutating procedure and route, and no others', () => {
    expect(mutations.sort()).toEqual(Object.keys(procedures).sort())
    expect(writes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(Object.keys(routes).sort())
  })

  it.each(Object.entries(procedures))('%s', (_path, write) => expectEntry(write, '@example.org'))

  it.each(
    Object.entries(routes).flatMap(([name, route]) => ('action' in route ? [[name, route] as const] : [])),
  )('%s', (_name, write) => expectEntry(write, 'token:bootstrap'))

  it('and all of it is one whole chain', async () => {
    expect(await verifyAudit(api.console)).toMatchObject({ brokenAt: null })
  })

  it('a refused write leaves none', async () => {
    const caller = await signedIn()
    const before = await newest()
    await expect(caller.users.create({ email: 'new@example.org', password, role: 'viewer' })).rejects.toThrow(
      'has an account',
    )
    expect((await newest()).seq).toBe(before.seq)
  })
})
