import { z } from 'zod'
import { applyPlan, approvePlan, createPlan, getPlan, listProposals } from '../../control'
import { planRequestOf } from '../plan-request'
import { instantText } from './instants'
import { plainText, reasonText } from './params'
import { planBodyOf, planSchema } from './plan-body'
import { json, jsonRoute, type Route } from './route'

const create: Route = jsonRoute({
  method: 'POST',
  path: '/plans',
  scope: 'plans:write',
  summary: 'Show exactly what a write would do, of whatever kind; with options.preview, compute it first',
  body: planRequestOf(instantText),
  answers: {
    201: {
      says: 'The plan; it holds for 15 minutes, from when its preview is ready where one was asked for',
      schema: planSchema,
    },
  },
  async handle({ console, body, principal }) {
    const view = await createPlan(console, body, principal?.name ?? 'nobody')
    return json(planBodyOf(view), { status: 201, headers: { location: `/api/v1/plans/${view.id}` } })
  },
})

const get: Route = jsonRoute({
  method: 'GET',
  path: '/plans/{id}',
  scope: 'read',
  summary: 'A plan',
  answers: { 200: { says: 'The plan', schema: planSchema } },
  handle: async ({ console, params }) => json(planBodyOf(await getPlan(console, params.id ?? ''))),
})

const apply: Route = jsonRoute({
  method: 'POST',
  path: '/plans/{id}/apply',
  scope: 'plans:write',
  summary: 'Do what the plan shows, or refuse (409) naming what changed since',
  body: z.strictObject({ reason: reasonText }),
  answers: { 202: { says: 'A job does it', schema: z.object({ jobId: z.uuid() }) } },
  async handle({ console, params, body, principal }) {
    const { jobId } = await applyPlan(console, {
      id: params.id ?? '',
      reason: body.reason,
      actor: principal?.name ?? 'nobody',
    })
    return json({ jobId }, { status: 202, headers: { location: `/api/v1/jobs/${jobId}` } })
  },
})

const list: Route = jsonRoute({
  method: 'GET',
  path: '/plans',
  scope: 'read',
  summary: 'Proposals of scheduled runs that wait for a person, newest first',
  query: z.strictObject({
    /** Other plans are found by their id, which whoever made one has. */
    proposals: z.literal('true'),
    pipeline: plainText(1, 128).optional(),
  }),
  answers: { 200: { says: 'The proposals', schema: z.object({ plans: z.array(planSchema) }) } },
  async handle({ console, query }) {
    const plans = await listProposals(console, query.pipeline ?? null)
    return json({ plans: plans.map(planBodyOf) })
  },
})

const approve: Route = jsonRoute({
  method: 'POST',
  path: '/plans/{id}/approve',
  scope: 'plans:write',
  summary: 'Say, as a second person, that a plan above the size of the policy may be applied',
  body: z.strictObject({ reason: reasonText }),
  answers: { 200: { says: 'The plan with its approvals', schema: planSchema } },
  async handle({ console, params, body, principal }) {
    const view = await approvePlan(console, {
      id: params.id ?? '',
      reason: body.reason,
      actor: principal?.name ?? 'nobody',
    })
    return json(planBodyOf(view))
  },
})

export const plansRoutes: Route[] = [create, list, get, apply, approve]
