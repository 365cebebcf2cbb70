import { z } from 'zod'
import {
  applyDefinition,
  definitionHistory,
  exportDefinition,
  listPipelines,
  pipelineStatus,
  previewDefinition,
  removePipeline,
  requirePipeline,
} from '../../control'
import { AppError } from '../../platform'
import { bodyLimits, mediaType, parseJson, readText } from './body'
import { iso } from './instants'
import { reasonText } from './params'
import { json, jsonRoute, parseQuery, type Call, type Route } from './route'
import { statusBody } from './status-body'

const definition = z
  .record(z.string(), z.unknown())
  .meta({ description: 'The document as it can be applied again' })

const applied = z.object({
  name: z.string(),
  version: z.int(),
  definition,
  changed: z.boolean(),
  recomputes: z.boolean(),
  problems: z.array(z.unknown()).optional(),
})

const pipeline = z.object({
  name: z.string(),
  version: z.int(),
  definition,
  createdAt: z.iso.datetime(),
  changedAt: z.iso.datetime(),
})

const yamlTypes = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml']
const definitionTypes = ['application/json', ...yamlTypes]
const applyQuery = z.strictObject({
  dryRun: z.enum(['true', 'false']).optional(),
  reason: reasonText.optional(),
})

const list: Route = jsonRoute({
  method: 'GET',
  path: '/pipelines',
  scope: 'read',
  summary: 'All pipelines, worst first',
  query: z.strictObject({}),
  answers: {
    200: {
      says: 'The pipelines',
      schema: z.object({ pipelines: z.array(z.record(z.string(), z.unknown())) }),
    },
  },
  async handle({ console }) {
    const items = await listPipelines(console)
    return json({
      pipelines: items.map(
        ({ status, computeId: _computeId, createdAt, changedAt, definitionVersion, ...info }) => ({
          ...info,
          version: definitionVersion,
          createdAt: iso(createdAt),
          changedAt: iso(changedAt),
          status: statusBody(status),
        }),
      ),
    })
  },
})

const applyRoute = (method: 'POST' | 'PUT', path: string, summary: string): Route => ({
  method,
  path,
  scope: 'pipelines:write',
  summary,
  query: applyQuery,
  body: { schema: definition, types: definitionTypes },
  answers: {
    200: { says: 'In force; unchanged when it said the same already', schema: applied },
    201: { says: 'Created', schema: applied },
  },
  run: apply,
})

async function apply({ console, request, url, params, principal }: Call): Promise<Response> {
  const { dryRun, reason } = parseQuery(applyQuery, url)
  const input = await readDefinition(request)
  const name = params.name
  const verb = dryRun === 'true' ? previewDefinition : applyDefinition
  const result = await verb(console, {
    input,
    actor: principal?.name ?? 'nobody',
    reason: reason ?? null,
    ...(name !== undefined && { name }),
  })
  const { created, problems, ...rest } = result
  const isNew = created && dryRun !== 'true'
  return json(
    {
      ...rest,
      ...(problems.length > 0 && { problems }),
      ...(dryRun === 'true' && { dryRun: true, created }),
    },
    {
      status: isNew ? 201 : 200,
      headers: { location: `/api/v1/pipelines/${encodeURIComponent(result.name)}` },
    },
  )
}

async function readDefinition(request: Request): Promise<unknown> {
  const type = mediaType(request.headers)
  if (!definitionTypes.includes(type))
    throw new AppError(
      'unsupported_media_type',
      `Reading the definition was refused: content type ${JSON.stringify(type.slice(0, 80))} is not supported. Send ${definitionTypes.slice(0, 2).join(' or ')}.`,
    )
  const text = await readText(request, bodyLimits.definition)
  return type === 'application/json' ? parseJson(text) : text
}

const get: Route = jsonRoute({
  method: 'GET',
  path: '/pipelines/{name}',
  scope: 'read',
  summary: 'The definition in force; as YAML with Accept: application/yaml',
  query: z.strictObject({}),
  answers: { 200: { says: 'The pipeline', schema: pipeline } },
  async handle({ console, params, request }) {
    const name = params.name ?? ''
    if (yamlTypes.some((type) => request.headers.get('accept')?.includes(type)))
      return new Response(await exportDefinition(console, name), {
        headers: { 'content-type': 'application/yaml; charset=utf-8', 'cache-control': 'no-store' },
      })
    const { version, document, createdAt, changedAt } = await requirePipeline(console, name)
    return json({ name, version, definition: document, createdAt: iso(createdAt), changedAt: iso(changedAt) })
  },
})

const remove: Route = jsonRoute({
  method: 'DELETE',
  path: '/pipelines/{name}',
  scope: 'pipelines:write',
  summary: 'Stop and hide a pipeline; its history stays',
  query: z.strictObject({ reason: reasonText }),
  answers: { 204: { says: 'Removed' } },
  async handle({ console, params, query, principal }) {
    await removePipeline(console, {
      name: params.name ?? '',
      actor: principal?.name ?? 'nobody',
      reason: query.reason,
    })
    return new Response(null, { status: 204 })
  },
})

const status: Route = jsonRoute({
  method: 'GET',
  path: '/pipelines/{name}/status',
  scope: 'read',
  summary: 'Watermark, position, lag, catch-up, archive, workers, durability',
  query: z.strictObject({}),
  answers: { 200: { says: 'The status', schema: z.record(z.string(), z.unknown()) } },
  handle: async ({ console, params }) => json(statusBody(await pipelineStatus(console, params.name ?? ''))),
})

const history: Route = jsonRoute({
  method: 'GET',
  path: '/pipelines/{name}/definitions',
  scope: 'read',
  summary: 'Every definition the pipeline has had, newest first',
  query: z.strictObject({}),
  answers: { 200: { says: 'The definitions', schema: z.object({ definitions: z.array(z.unknown()) }) } },
  async handle({ console, params }) {
    const definitions = await definitionHistory(console, params.name ?? '')
    return json({ definitions: definitions.map((entry) => ({ ...entry, createdAt: iso(entry.createdAt) })) })
  },
})

export const pipelinesRoutes: Route[] = [
  list,
  applyRoute('POST', '/pipelines', 'Create a pipeline, or put a new definition of it in force'),
  get,
  applyRoute('PUT', '/pipelines/{name}', 'Put a definition in force'),
  remove,
  status,
  history,
]
