import { z } from 'zod'
import {
  exportOpenSlo,
  importOpenSlo,
  readObjective,
  readObjectives,
  type ObjectiveDetail,
  type ObjectiveState,
  type ObjectiveView,
} from '../../slo'
import { bodyLimits, readText } from './body'
import { iso, isoOrNull } from './instants'
import { plainText, reasonText } from './params'
import { json, jsonRoute, parseQuery, type Route } from './route'

const instant = z.iso.datetime()
const budget = z.object({
  good: z.number(),
  total: z.number(),
  attained: z.number().nullable(),
  budgetLeft: z.number().nullable(),
})

const state = z
  .looseObject({
    at: instant,
    status: z.enum(['met', 'burning', 'exhausted', 'no_data', 'low_traffic']),
    from: instant,
    to: instant,
    now: budget,
    then: budget,
    burns: z.array(z.record(z.string(), z.unknown())),
    since: instant.nullable(),
  })
  .nullable()

const slo = z.looseObject({
  id: z.string(),
  title: z.string(),
  pipeline: z.string().nullable(),
  target: z.number(),
  source: z.enum(['default', 'definition', 'console']),
  version: z.int(),
  state,
})

const list: Route = jsonRoute({
  method: 'GET',
  path: '/slos',
  scope: 'read',
  summary: 'Objectives with the figures last stored, worst budget first',
  query: z.strictObject({ pipeline: plainText(1, 128).optional() }),
  answers: { 200: { says: 'The objectives', schema: z.object({ slos: z.array(slo) }) } },
  handle: async ({ console, query }) =>
    json({ slos: (await readObjectives(console, { pipeline: query.pipeline })).map(viewBody) }),
})

const get: Route = jsonRoute({
  method: 'GET',
  path: '/slos/{id}',
  scope: 'read',
  summary: 'An objective with its budget graph, episodes, corrections, restatements and versions',
  query: z.strictObject({}),
  answers: { 200: { says: 'The objective', schema: slo } },
  handle: async ({ console, params }) => json(detailBody(await readObjective(console, params.id ?? ''))),
})

const yaml = 'application/yaml; charset=utf-8'

const openSlo: Route = jsonRoute({
  method: 'GET',
  path: '/slos/{id}/openslo',
  scope: 'read',
  summary: 'An objective as OpenSLO v1, as an import takes it',
  query: z.strictObject({}),
  answers: { 200: { says: 'YAML' } },
  handle: async ({ console, params }) =>
    new Response(await exportOpenSlo(console, params.id ?? ''), {
      headers: { 'content-type': yaml, 'cache-control': 'no-store' },
    }),
})

const importQuery = z.strictObject({
  dryRun: z.enum(['true', 'false']).optional(),
  reason: reasonText.optional(),
})

const change: Route = {
  method: 'POST',
  path: '/slos',
  scope: 'pipelines:write',
  summary: 'Put the objectives of OpenSLO v1 documents in force: all of them, or with a problem none',
  query: importQuery,
  body: {
    schema: z.record(z.string(), z.unknown()).meta({ description: 'OpenSLO documents, one or several' }),
    types: ['application/yaml', 'application/json'],
  },
  answers: {
    200: {
      says: 'What was created or changed',
      schema: z.object({
        dryRun: z.boolean(),
        slos: z.array(z.looseObject({ id: z.string(), change: z.enum(['created', 'changed', 'unchanged']) })),
        skipped: z.array(z.string()),
      }),
    },
  },
  async run({ console, request, url, principal }) {
    const { dryRun, reason } = parseQuery(importQuery, url)
    const { objectives, ...rest } = await importOpenSlo(console, {
      // JSON is YAML.
      text: await readText(request, bodyLimits.definition),
      actor: principal?.name ?? 'nobody',
      reason: reason ?? 'OpenSLO import',
      dryRun: dryRun === 'true',
    })
    return json({
      ...rest,
      slos: objectives.map(({ id, title, change: made }) => ({ id, title, change: made })),
    })
  },
}

const stateBody = ({ id: _id, ...found }: ObjectiveState) => ({
  ...found,
  at: iso(found.at),
  from: iso(found.from),
  to: iso(found.to),
  since: isoOrNull(found.since),
})

const viewBody = (view: ObjectiveView) => ({ ...view, state: view.state && stateBody(view.state) })

const spanBody = <T extends { from: number; to: number }>(one: T) => ({
  ...one,
  from: iso(one.from),
  to: iso(one.to),
})

const atBody = <T extends { at: number }>(one: T) => ({ ...one, at: iso(one.at) })

const detailBody = ({ view, graph, days, episodes, corrections, restated, history }: ObjectiveDetail) => ({
  ...viewBody(view),
  graph: graph.map(atBody),
  days: days.map(({ day, ...rest }) => ({ day: iso(day).slice(0, 10), ...rest })),
  episodes: episodes.map(spanBody),
  corrections: corrections.map((one) => ({
    ...spanBody(one),
    createdAt: iso(one.createdAt),
    recurrence: one.recurrence && { ...one.recurrence, until: isoOrNull(one.recurrence.until) },
  })),
  restated: restated.map((one) => atBody(spanBody(one))),
  history: history.map(atBody),
})

export const slosRoutes: Route[] = [list, get, openSlo, change]
