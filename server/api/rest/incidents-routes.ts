import { z } from 'zod'
import {
  acknowledge,
  getIncident,
  getPostmortem,
  listIncidents,
  note,
  resolve,
  type IncidentDetail,
  type IncidentListItem,
} from '../../control'
import { AppError } from '../../platform'
import { pageLimit } from '../trpc/inputs'
import { iso, isoOrNull } from './instants'
import { integerText, plainText, reasonText } from './params'
import { json, jsonRoute, type Call, type Route } from './route'

const incident = z.object({
  id: z.int(),
  cause: z.string(),
  severity: z.enum(['page', 'ticket']),
  state: z.enum(['open', 'acknowledged', 'resolved']),
  title: z.string(),
  says: z.string(),
  owner: z.string().nullable(),
  pipelines: z.array(z.string()),
  objectives: z.array(z.string()),
  firing: z.int(),
  openedAt: z.iso.datetime(),
  openedBy: z.string(),
  resolvedAt: z.iso.datetime().nullable(),
})

const list: Route = jsonRoute({
  method: 'GET',
  path: '/incidents',
  scope: 'read',
  summary: 'Incidents, newest first; state=live for those that are not resolved',
  query: z.strictObject({
    state: z.enum(['live', 'open', 'acknowledged', 'resolved']).optional(),
    severity: z.enum(['page', 'ticket']).optional(),
    pipeline: plainText(1, 128).optional(),
    before: integerText(1, 2_147_483_647).optional(),
    limit: integerText(1, pageLimit).default(100),
  }),
  answers: {
    200: {
      says: 'A page of incidents; nextBefore goes on where it ends',
      schema: z.object({
        incidents: z.array(incident),
        nextBefore: z.int().nullable(),
        open: z.int(),
      }),
    },
  },
  async handle({ console, query: { before = null, limit, ...filter } }) {
    const page = await listIncidents(console, filter, { before, limit })
    return json({ ...page, incidents: page.incidents.map(itemBody) })
  },
})

const get: Route = jsonRoute({
  method: 'GET',
  path: '/incidents/{id}',
  scope: 'read',
  summary: 'An incident with its alerts, timeline, candidates for its cause and affected objectives',
  answers: { 200: { says: 'The incident', schema: incident.loose() } },
  handle: async ({ console, params }) => json(detailBody(await getIncident(console, idOf(params)))),
})

const postmortem: Route = jsonRoute({
  method: 'GET',
  path: '/incidents/{id}/postmortem',
  scope: 'read',
  summary: 'The postmortem as Markdown, filled from data and from what people wrote',
  answers: { 200: { says: 'text/markdown' } },
  async handle({ console, params }) {
    const id = idOf(params)
    return new Response(await getPostmortem(console, id), {
      headers: {
        'content-type': 'text/markdown; charset=utf-8',
        'content-disposition': `attachment; filename="incident-${id}.md"`,
        'cache-control': 'no-store',
      },
    })
  },
})

type Handled = Pick<Call, 'console' | 'params' | 'principal'>

async function acted(
  { console, params, principal }: Handled,
  run: (act: { id: number; actor: string }) => Promise<void>,
): Promise<Response> {
  const id = idOf(params)
  await run({ id, actor: principal?.name ?? 'nobody' })
  return json(detailBody(await getIncident(console, id)))
}

const answers = { 200: { says: 'The incident as it is now', schema: incident.loose() } }

const acts: Route[] = [
  jsonRoute({
    method: 'POST',
    path: '/incidents/{id}/acknowledge',
    scope: 'plans:write',
    summary: 'Somebody is on it: nobody else is told',
    answers,
    handle: (call) => acted(call, (act) => acknowledge(call.console, act)),
  }),
  jsonRoute({
    method: 'POST',
    path: '/incidents/{id}/notes',
    scope: 'plans:write',
    summary: 'Write into the timeline',
    body: z.strictObject({ text: reasonText }),
    answers,
    handle: (call) => acted(call, (act) => note(call.console, { ...act, text: call.body.text })),
  }),
  jsonRoute({
    method: 'POST',
    path: '/incidents/{id}/resolve',
    scope: 'plans:write',
    summary: 'Resolve one whose alerts have ended, or that was started by hand',
    body: z.strictObject({ reason: reasonText }),
    answers,
    handle: (call) => acted(call, (act) => resolve(call.console, { ...act, says: call.body.reason })),
  }),
]

function idOf({ id = '' }: Record<string, string>): number {
  if (/^[1-9]\d{0,8}$/.test(id)) return Number(id)
  throw new AppError('bad_request', 'Reading the incident failed: its address is not a number from 1 on.')
}

const itemBody = (item: IncidentListItem) => ({
  ...item,
  from: isoOrNull(item.from),
  to: isoOrNull(item.to),
  openedAt: iso(item.openedAt),
  acknowledgedAt: isoOrNull(item.acknowledgedAt),
  resolvedAt: isoOrNull(item.resolvedAt),
  snoozedUntil: isoOrNull(item.snoozedUntil),
  escalateAt: isoOrNull(item.escalateAt),
})

function detailBody({
  alerts,
  timeline,
  candidates,
  earlier,
  runs,
  postmortem: written,
  ...rest
}: IncidentDetail) {
  const { facts } = written
  return {
    ...rest,
    ...itemBody(rest),
    at: iso(rest.at),
    alerts: alerts.map((alert) => ({
      ...alert,
      mutedUntil: isoOrNull(alert.mutedUntil),
      pendingSince: iso(alert.pendingSince),
      firingSince: isoOrNull(alert.firingSince),
      lastSeenAt: iso(alert.lastSeenAt),
      resolvedAt: isoOrNull(alert.resolvedAt),
    })),
    timeline: timeline.map((entry) => ({ ...entry, at: iso(entry.at) })),
    candidates: candidates.map((candidate) => ({ ...candidate, at: iso(candidate.at) })),
    earlier: earlier.map((one) => ({
      ...one,
      openedAt: iso(one.openedAt),
      resolvedAt: isoOrNull(one.resolvedAt),
    })),
    runs: runs.map((run) => ({
      ...run,
      startedAt: iso(run.startedAt),
      finishedAt: isoOrNull(run.finishedAt),
    })),
    postmortem: {
      ...written,
      editedAt: isoOrNull(written.editedAt),
      facts: {
        ...facts,
        firstSignAt: iso(facts.firstSignAt),
        detectedAt: isoOrNull(facts.detectedAt),
        reconciledAt: isoOrNull(facts.reconciledAt),
      },
    },
  }
}

export const incidentsRoutes: Route[] = [list, get, postmortem, ...acts]
