import { z } from 'zod'
import {
  getJob,
  listJobs,
  requestCancel,
  requestPause,
  requestResume,
  type Console,
  type JobView,
} from '../../control'
import { pageLimit } from '../trpc/inputs'
import { iso, isoOrNull } from './instants'
import { integerText, plainText } from './params'
import { json, jsonRoute, type Route } from './route'

const job = z.object({
  id: z.uuid(),
  kind: z.string(),
  pipeline: z.string(),
  status: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'partial']),
  progress: z.number().min(0).max(1),
  items: z.array(z.record(z.string(), z.unknown())),
  eta: z.iso.datetime().nullable(),
  error: z.string().nullable(),
  pauseRequested: z.boolean(),
  runAfter: z.iso.datetime(),
  bytes: z.number(),
  governor: z.record(z.string(), z.unknown()).nullable(),
  estimate: z.record(z.string(), z.unknown()).nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
})

const list: Route = jsonRoute({
  method: 'GET',
  path: '/jobs',
  scope: 'read',
  summary: 'Jobs: running first, then queued, then newest first',
  query: z.strictObject({
    pipeline: plainText(1, 128).optional(),
    limit: integerText(1, pageLimit).default(100),
  }),
  answers: { 200: { says: 'The jobs', schema: z.object({ jobs: z.array(job) }) } },
  async handle({ console, query }) {
    const jobs = await listJobs(console, { pipeline: query.pipeline ?? null, limit: query.limit })
    return json({ jobs: jobs.map(jobBody) })
  },
})

const get: Route = jsonRoute({
  method: 'GET',
  path: '/jobs/{id}',
  scope: 'read',
  summary: 'A job with its items and progress',
  answers: { 200: { says: 'The job', schema: job } },
  handle: async ({ console, params }) => json(jobBody(await getJob(console, params.id ?? ''))),
})

type Request = (console: Console, job: { id: string; actor: string }) => Promise<JobView>

const request = (verb: string, summary: string, says: string, ask: Request): Route =>
  jsonRoute({
    method: 'POST',
    path: `/jobs/{id}/${verb}`,
    scope: 'plans:write',
    summary,
    answers: { 202: { says, schema: job } },
    async handle({ console, params, principal }) {
      const asked = await ask(console, { id: params.id ?? '', actor: principal?.name ?? 'nobody' })
      return json(jobBody(asked), { status: 202 })
    },
  })

const requests = [
  request(
    'cancel',
    'Cancel a queued job at once; ask the worker of a running one to stop',
    'The job, cancelled or about to be; its result lists what had finished',
    requestCancel,
  ),
  request(
    'pause',
    'Let a job stand still: a queued one at once, a running one after the range in hand',
    'The job; what it has staged stays',
    requestPause,
  ),
  request('resume', 'Let a paused job go on from where it stands', 'The job', requestResume),
]

function jobBody({ etaAt, ...view }: JobView) {
  const { governor, result } = view
  return {
    ...view,
    runAfter: iso(view.runAfter),
    governor: governor && { ...governor, since: iso(governor.since) },
    result: result && {
      ...result,
      ...(result.guard && { guard: { ...result.guard, until: iso(result.guard.until) } }),
    },
    items: view.items.map((item) => ({ ...item, from: isoOrNull(item.from), to: isoOrNull(item.to) })),
    eta: isoOrNull(etaAt),
    createdAt: iso(view.createdAt),
    startedAt: isoOrNull(view.startedAt),
    finishedAt: isoOrNull(view.finishedAt),
  }
}

export const jobsRoutes: Route[] = [list, get, ...requests]
