import { z } from 'zod'
import { json, type Route } from './route'

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  requestId: z.string(),
})

const problems: Record<string, string> = {
  400: 'Not valid; `detail` names the parameter',
  401: 'No valid sign-in',
  403: 'Signed in, but not allowed',
  404: 'There is no such thing',
  409: 'Refused: something changed; `changed` says what',
  413: 'The body is too large',
  415: 'The content type is not supported',
  429: 'Too many requests; see Retry-After',
  503: 'A service is away; see Retry-After',
}

type Schema = Record<string, unknown>

function schemaOf(type: z.ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'any' }) as Schema
  return schema
}

const content = (types: readonly string[], schema: Schema) =>
  Object.fromEntries(types.map((type) => [type, { schema }]))

function parametersOf({ path, query }: Route): Schema[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  if (!query) return inPath
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    properties?: Record<string, Schema>
    required?: string[]
  }
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
  return [...inPath, ...inQuery]
}

function operationOf(route: Route): Schema {
  const answers = Object.entries(route.answers).map(([status, { says, schema }]) => [
    status,
    {
      description: says,
      ...(schema && { content: content(['application/json'], schemaOf(schema, 'output')) }),
    },
  ])
  const failures = Object.entries(problems).map(([status, description]) => [
    status,
    { description, content: content(['application/problem+json'], { $ref: '#/components/schemas/Problem' }) },
  ])
  return {
    summary: route.summary,
    parameters: parametersOf(route),
    ...(route.body && {
      requestBody: {
        required: true,
        content: content(route.body.types, schemaOf(route.body.schema, 'input')),
      },
    }),
    responses: Object.fromEntries([...answers, ...failures]) as Schema,
    security: route.scope === null ? [] : [{ bearer: [] }, { session: [] }],
    ...(route.scope !== null && { 'x-scope': route.scope }),
  }
}

/** The OpenAPI document of a face, made from the same schemas that check its requests. */
export function openApiDocument(routes: readonly Route[], prefix: string): Schema {
  const paths: Record<string, Schema> = {}
  for (const route of routes) {
    const path = (paths[`${prefix}${route.path}`] ??= {})
    path[route.method.toLowerCase()] = operationOf(route)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Parallax', version: 'v1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, 'output') },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-parallax' },
      },
    },
  }
}

export const openApiRoute = (routes: () => readonly Route[], prefix: string): Route => ({
  method: 'GET',
  path: '/openapi.json',
  scope: null,
  summary: 'This document',
  answers: { 200: { says: 'OpenAPI 3.1' } },
  run: () => Promise.resolve(json(openApiDocument(routes(), prefix))),
})
