import { z } from 'zod'
import { getConsole, type Console } from '../../control'
import type { SchemaVersion } from '../../log'
import { AppError, statusByCode, type ErrorCode } from '../../platform'
import { bodyLimits, readJson } from './body'
import { dispatch } from './dispatch'
import { problemResponse } from './problem'
import { json, parseBody, type Call, type Route } from './route'

/** The Confluent schema registry's calls for JSON Schema. Errors are problems that also carry its two members. */
const contentType = 'application/vnd.schemaregistry.v1+json'

const answer = (body: unknown) => json(body, { headers: { 'content-type': contentType } })

const registerBody = z.object({
  schema: z.string().max(bodyLimits.schema),
  schemaType: z.literal('JSON', 'expected JSON: other schema types are not supported').default('JSON'),
  references: z.array(z.unknown()).max(0, 'expected none: references are not supported').optional(),
})

const describe = ({ subject, id, version, schema }: SchemaVersion) => ({
  subject,
  id,
  version,
  schemaType: 'JSON',
  schema,
})

const subjectOf = ({ params }: Call): string => params.subject ?? ''

const listSubjects: Route = {
  method: 'GET',
  path: '/subjects',
  scope: 'read',
  summary: 'Names of all subjects',
  answers: { 200: { says: 'The subjects' } },
  run: async ({ console }) => answer(await console.registry.subjects()),
}

const register: Route = {
  method: 'POST',
  path: '/subjects/{subject}/versions',
  scope: 'pipelines:write',
  summary: 'Register a schema; the same schema again has the same id',
  answers: { 200: { says: 'The id of the schema' } },
  async run(call) {
    const { schema } = parseBody(registerBody, await readJson(call.request, bodyLimits.schema * 2))
    const subject = subjectOf(call)
    const { console, principal } = call
    const actor = principal?.name ?? 'nobody'
    const { id, version } = await console.registry.register(subject, schema, (client, created) => {
      const detail = { id: created.id, version: created.version }
      return console.trail(client, { actor, action: 'schema.register', object: subject, detail })
    })
    return answer({ id, version })
  },
}

const listVersions: Route = {
  method: 'GET',
  path: '/subjects/{subject}/versions',
  scope: 'read',
  summary: 'Version numbers of a subject',
  answers: { 200: { says: 'The versions' } },
  async run(call) {
    const versions = await call.console.registry.versions(subjectOf(call))
    if (versions.length === 0) throw noSubject(subjectOf(call))
    return answer(versions.map(({ version }) => version))
  },
}

const getVersion: Route = {
  method: 'GET',
  path: '/subjects/{subject}/versions/{version}',
  scope: 'read',
  summary: 'A version of a subject, by number or latest',
  answers: { 200: { says: 'The version' } },
  async run(call) {
    const text = call.params.version ?? ''
    if (text !== 'latest' && !/^[1-9]\d{0,8}$/.test(text))
      throw new AppError(
        'unprocessable',
        `Reading the version failed: ${JSON.stringify(text.slice(0, 40))} is not a number or "latest".`,
        {
          details: { error_code: 42202 },
        },
      )
    const { registry } = call.console
    if ((await registry.versions(subjectOf(call))).length === 0) throw noSubject(subjectOf(call))
    const found = await registry.get(subjectOf(call), text === 'latest' ? 'latest' : Number(text))
    if (!found)
      throw new AppError('not_found', `The subject has no version ${text}. List its versions.`, {
        details: { error_code: 40402 },
      })
    return answer(describe(found))
  },
}

const getById: Route = {
  method: 'GET',
  path: '/schemas/ids/{id}',
  scope: 'read',
  summary: 'A schema by its global id',
  answers: { 200: { says: 'The schema' } },
  async run({ console, params }) {
    const text = params.id ?? ''
    const found = /^[1-9]\d{0,8}$/.test(text) ? await console.registry.getById(Number(text)) : null
    if (!found)
      throw new AppError('not_found', `There is no schema ${text.slice(0, 40)}.`, {
        details: { error_code: 40403 },
      })
    return answer({ schemaType: 'JSON', schema: found.schema })
  },
}

const noSubject = (subject: string) =>
  new AppError(
    'not_found',
    `There is no subject ${JSON.stringify(subject.slice(0, 255))}. Register a schema first.`,
    {
      details: { error_code: 40401 },
    },
  )

const errorCodes: Partial<Record<ErrorCode, number>> = {
  unprocessable: 42201,
  bad_request: 42201,
  internal: 50001,
}

function registryError(error: AppError, requestId: string): Response {
  const { code, message, details, retryAfterS, cause } = error
  const errorCode = details?.error_code ?? errorCodes[code] ?? statusByCode[code] * 100
  const both = new AppError(code, message, {
    cause,
    details: { ...details, error_code: errorCode, message },
    ...(retryAfterS !== undefined && { retryAfterS }),
  })
  return problemResponse(both, requestId)
}

export const registryRoutes: Route[] = [listSubjects, register, listVersions, getVersion, getById]

export const handleRegistry = (
  request: Request,
  openConsole: () => Promise<Console> = getConsole,
): Promise<Response> =>
  dispatch(openConsole, { prefix: '/api/registry', routes: registryRoutes, onError: registryError }, request)
