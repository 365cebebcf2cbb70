import { z } from 'zod'
import { verifyAudit } from '../../audit-verify'
import { definitionOf } from '../../pipeline-info'
import { requirePipeline } from '../../require-pipeline'
import { readAccess, readFiring, readObjectives, readRefusals, readSpend } from '../facts-store'
import { minuteMs, minutesArg, namedQuery, pipelineArg } from './query'
import { count, seconds, share } from './words'

const alerts = namedQuery({
  doc: 'Alerts that fire now: of a rule, a pipeline or an incident.',
  args: z.strictObject({
    rule: z.string().max(64).optional(),
    pipeline: pipelineArg.optional(),
    incident: z.coerce.number().int().positive().optional(),
  }),
  fields: { firing: 'number', oldest_s: 'number', worst: 'string' },
  read: ({ pool }, { rule = null, pipeline = null, incident = null }) =>
    readFiring(pool, { rule, pipeline, incident }),
  tell: ({ firing, worst }) =>
    firing === 0 ? 'None of these alerts fires.' : `${count(firing, 'alert')} firing: ${worst ?? ''}.`,
})

const objectives = namedQuery({
  doc: 'Whether a pipeline’s objectives are met, and how much of the worst budget is left.',
  args: z.strictObject({ pipeline: pipelineArg }),
  fields: {
    count: 'number',
    burning: 'number',
    exhausted: 'number',
    worst: 'string',
    worst_budget_left: 'number',
    used_24h: 'number',
    exhausted_in_s: 'number',
  },
  read: ({ pool }, { pipeline }) => readObjectives(pool, pipeline),
  tell: ({ burning, exhausted, worst, worst_budget_left, exhausted_in_s }) =>
    worst === null
      ? 'No objective has been evaluated yet.'
      : `${burning ?? 0} burning, ${exhausted ?? 0} exhausted; worst is ${worst} with ${share(worst_budget_left)} of its budget left${exhausted_in_s === null ? '' : `, gone in ${seconds(exhausted_in_s)}`}.`,
})

const spend = namedQuery({
  doc: 'What a pipeline cost today and this month (UTC), against its monthly budget.',
  args: z.strictObject({ pipeline: pipelineArg }),
  fields: { hour: 'number', usual_hour: 'number', today: 'number', month: 'number', budget: 'number' },
  async read({ pool, clock }, { pipeline }) {
    const { budget } = definitionOf(await requirePipeline({ pool }, pipeline))
    const monthly = (budget as { monthly?: unknown } | undefined)?.monthly
    return {
      ...(await readSpend(pool, pipeline, clock.now())),
      budget: typeof monthly === 'number' ? monthly : null,
    }
  },
  tell: ({ hour, usual_hour, month, budget }) =>
    `${hour?.toFixed(4) ?? 'unknown'} in the last full hour against ${usual_hour?.toFixed(4) ?? 'an unknown'} usually; ${month?.toFixed(2) ?? 'unknown'} this month${budget === null ? ', no budget is set' : ` of ${budget}`}.`,
})

const refusals = namedQuery({
  doc: 'Refused sign-ins, unknown tokens and overstepped scopes of the last minutes.',
  args: z.strictObject({ minutes: minutesArg(15) }),
  fields: { count: 'number', principal: 'string', address: 'string', most: 'number' },
  read: ({ pool, clock }, { minutes }) => readRefusals(pool, clock.now() - minutes * minuteMs),
  tell: ({ count: found, principal, address, most }, { minutes }) =>
    found === 0
      ? `Nobody was refused in the last ${minutes} min.`
      : `${count(found, 'refusal')} in the last ${minutes} min, ${most ?? 0} of them ${principal ?? 'nobody known'} from ${address ?? 'an unknown address'}.`,
})

const access = namedQuery({
  doc: 'Whether a person or token can still get in.',
  args: z.strictObject({ principal: z.string().min(1).max(200) }),
  fields: { known: 'boolean', active: 'boolean', sessions: 'number', tokens: 'number' },
  read: ({ pool }, { principal }) => readAccess(pool, principal),
  tell: ({ known, active, sessions, tokens }, { principal }) =>
    known === false
      ? `${principal} is no person and no token here.`
      : `${principal} ${active === true ? 'can get in' : 'cannot get in'}: ${count(sessions, 'session')}, ${count(tokens, 'token')} in force.`,
})

const auditChain = namedQuery({
  doc: 'Whether the audit trail is whole: every entry is read against its hash.',
  args: z.strictObject({}),
  fields: { whole: 'boolean', entries: 'number', broken_at: 'number' },
  async read({ pool }) {
    const { brokenAt, entries } = await verifyAudit({ pool })
    return { whole: brokenAt === null, entries, broken_at: brokenAt }
  },
  tell: ({ whole, entries, broken_at }) =>
    whole === true
      ? `All ${count(entries, 'entry', 'entries')} are as they were written.`
      : `Entry ${broken_at ?? ''} is not as it was written.`,
})

export const governQueries = { alerts, objectives, spend, refusals, access, audit_chain: auditChain }
