import { z } from 'zod'
import { applyPlan, createPlan, getPlan, type PlanView } from '../../control'
import { planRequestOf } from '../plan-request'
import { instantText, iso, isoOrNull } from './instants'
import { reasonText } from './params'
import { json, jsonRoute, type Route } from './route'

const plan = z.object({
  id: z.uuid(),
  kind: z.string(),
  pipeline: z.string(),
  items: z.array(z.record(z.string(), z.unknown())),
  blastRadius: z.object({
    windows: z.int(),
    keys: z.int().nullable(),
    cells: z.int(),
    consumers: z.array(z.string()),
    objectives: z.array(z.string()),
  }),
  estimate: z.object({
    seconds: z.number(),
    bytes: z.number(),
    events: z.number(),
    cost: z.number(),
    basis: z.string(),
  }),
  expiresAt: z.iso.datetime(),
})

const create: Route = jsonRoute({
  method: 'POST',
  path: '/plans',
  scope: 'plans:write',
  summary: 'Preview a write exactly: reconcile, backfill or rollback',
  body: planRequestOf(instantText),
  answers: { 201: { says: 'The plan; it holds for 15 minutes', schema: plan } },
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
  answers: { 200: { says: 'The plan', schema: plan } },
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

function planBodyOf(view: PlanView) {
  return {
    ...view,
    items: view.items.map((item) => ({ ...item, from: isoOrNull(item.from), to: isoOrNull(item.to) })),
    createdAt: iso(view.createdAt),
    expiresAt: iso(view.expiresAt),
    appliedAt: isoOrNull(view.appliedAt),
  }
}

export const plansRoutes: Route[] = [create, get, apply]
