import { describe, expect, it } from 'vitest'
import type { Principal, Role } from '../../auth'
import type { Console } from '../../control'
import type { Context } from './init'
import { appRouter } from './router'

/** The rule, procedure by procedure: a new procedure is added here, with the role it is for, or this test fails. */
const needed: Record<string, Role | 'public'> = {
  'auth.me': 'public',
  'auth.signIn': 'public',
  'auth.signOut': 'viewer',
  'auth.sessions': 'viewer',
  'auth.endSessions': 'viewer',
  'auth.changePassword': 'viewer',
  'pipelines.list': 'viewer',
  'pipelines.get': 'viewer',
  'pipelines.status': 'viewer',
  'pipelines.series': 'viewer',
  'pipelines.topKeys': 'viewer',
  'pipelines.versions': 'viewer',
  'pipelines.definitions': 'viewer',
  'pipelines.export': 'viewer',
  'pipelines.producers': 'viewer',
  'pipelines.applyDefinition': 'operator',
  'pipelines.remove': 'operator',
  'divergence.grid': 'viewer',
  'divergence.pipelines': 'viewer',
  'divergence.summary': 'viewer',
  'divergence.offenders': 'viewer',
  'divergence.causes': 'viewer',
  'divergence.histogram': 'viewer',
  'divergence.totals': 'viewer',
  'divergence.cells': 'viewer',
  'explain.cell': 'viewer',
  'explain.events': 'viewer',
  'live.watch': 'viewer',
  'live.pipeline': 'viewer',
  'live.pipelines': 'viewer',
  'live.topKeys': 'viewer',
  'live.health': 'viewer',
  'live.jobs': 'viewer',
  'jobs.list': 'viewer',
  'jobs.get': 'viewer',
  'jobs.cancel': 'operator',
  'jobs.pause': 'operator',
  'jobs.resume': 'operator',
  'incidents.list': 'viewer',
  'incidents.get': 'viewer',
  'incidents.postmortem': 'viewer',
  'incidents.acknowledge': 'operator',
  'incidents.snooze': 'operator',
  'incidents.note': 'operator',
  'incidents.escalate': 'operator',
  'incidents.resolve': 'operator',
  'incidents.start': 'operator',
  'incidents.savePostmortem': 'operator',
  'runbooks.list': 'viewer',
  'runbooks.get': 'viewer',
  'runbooks.run': 'viewer',
  'runbooks.save': 'operator',
  'runbooks.start': 'operator',
  'runbooks.check': 'operator',
  'runbooks.recordPlan': 'operator',
  'runbooks.recordNote': 'operator',
  'runbooks.end': 'operator',
  'plans.get': 'viewer',
  'plans.proposals': 'viewer',
  'plans.create': 'operator',
  'plans.approve': 'operator',
  'plans.applyPlan': 'operator',
  'triage.view': 'viewer',
  'triage.alertHistory': 'viewer',
  'audit.list': 'viewer',
  'audit.get': 'viewer',
  'audit.names': 'viewer',
  'audit.lastVerification': 'viewer',
  'audit.verify': 'viewer',
  'deadLetters.list': 'viewer',
  'system.health': 'viewer',
  'users.list': 'admin',
  'users.create': 'admin',
  'users.update': 'admin',
  'users.endSessions': 'admin',
  'tokens.list': 'admin',
  'tokens.create': 'admin',
  'tokens.revoke': 'admin',
  'costs.report': 'viewer',
  'costs.hours': 'viewer',
  'costs.prices': 'viewer',
  'costs.setPrices': 'admin',
  'alerts.board': 'viewer',
  'alerts.silences': 'viewer',
  'alerts.previewSilence': 'viewer',
  'alerts.addSilence': 'operator',
  'alerts.endSilence': 'operator',
  'alerts.rules': 'viewer',
  'alerts.saveRules': 'admin',
  'channels.list': 'viewer',
  'channels.save': 'admin',
  'channels.remove': 'admin',
  'channels.test': 'admin',
  'channels.routes': 'viewer',
  'channels.saveRoutes': 'admin',
  'policy.get': 'viewer',
  'policy.set': 'admin',
  'access.table': 'viewer',
  'objectives.list': 'viewer',
  'objectives.get': 'viewer',
  'objectives.preview': 'viewer',
  'objectives.exportOpenSlo': 'viewer',
  'objectives.importOpenSlo': 'operator',
  'objectives.corrections': 'viewer',
  'objectives.save': 'operator',
  'objectives.remove': 'operator',
  'objectives.addCorrection': 'operator',
  'objectives.removeCorrection': 'operator',
  'traces.recent': 'viewer',
  'traces.get': 'viewer',
}

type Caller = 'nobody' | 'a token without read' | Role
const callers: Caller[] = ['nobody', 'a token without read', 'viewer', 'operator', 'admin']
const rank: Record<Role | 'public', number> = { public: -1, viewer: 0, operator: 1, admin: 2 }

function principalOf(caller: Caller): Principal | null {
  if (caller === 'nobody') return null
  const role = caller === 'a token without read' ? null : caller
  return { kind: 'token', id: '1', name: caller, role, scopes: [], via: 'bearer' }
}

/** Anything a procedure asks of the console means that the call was let through. */
const console = new Proxy({} as Console, {
  get: () => {
    throw new Error('reached the console')
  },
})

const contextOf = (principal: Principal | null, headers = new Headers()): Context => ({
  console,
  principal,
  request: { headers, isSecure: false, address: 'test' },
  resHeaders: new Headers(),
})

async function outcome(
  path: string,
  context: Context,
): Promise<'let through' | 'UNAUTHORIZED' | 'FORBIDDEN'> {
  let target: unknown = appRouter.createCaller(context)
  for (const part of path.split('.')) target = (target as Record<string, unknown>)[part]
  try {
    await (target as (input: unknown) => Promise<unknown>)({ nothing: 'useful' })
    return 'let through'
  } catch (error) {
    const { code } = error as { code: string }
    return code === 'UNAUTHORIZED' || code === 'FORBIDDEN' ? code : 'let through'
  }
}

function expected(role: Role | 'public', caller: Caller): string {
  if (role === 'public') return 'let through'
  if (caller === 'nobody') return 'UNAUTHORIZED'
  return caller !== 'a token without read' && rank[caller] >= rank[role] ? 'let through' : 'FORBIDDEN'
}

describe('every procedure', () => {
  const procedures = Object.keys(appRouter._def.procedures)

  it('is in the table of roles, and nothing else is', () => {
    expect(procedures.sort()).toEqual(Object.keys(needed).sort())
  })

  const cases = Object.entries(needed).flatMap(([path, role]) =>
    callers.map((caller) => ({ path, role, caller })),
  )

  it.each(cases)('$path is for $role: $caller', async ({ path, role, caller }) => {
    expect(await outcome(path, contextOf(principalOf(caller)))).toBe(expected(role, caller))
  })

  const mutations = Object.entries(appRouter._def.procedures)
    .filter(([, procedure]) => (procedure as unknown as { _def: { type: string } })._def.type === 'mutation')
    .map(([path]) => path)

  it.each(mutations)(
    '%s is refused to an administrator whose browser was sent by another site',
    async (path) => {
      const principal: Principal = { ...principalOf('admin'), via: 'cookie' } as Principal
      const headers = new Headers({ 'sec-fetch-site': 'cross-site', host: 'localhost:3000' })
      expect(await outcome(path, contextOf(principal, headers))).toBe('FORBIDDEN')
    },
  )
})
