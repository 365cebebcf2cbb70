import { addressOf, isTrustedWrite, hasScope, noteRefusal, requireScope } from '../../auth'
import type { Console } from '../../control'
import { AppError, logger, newId } from '../../platform'
import { admissionOf } from '../admission'
import { toAppError } from '../app-error'
import { RequestTrace } from '../request-trace'
import { problemResponse } from './problem'
import type { Call, Route } from './route'

interface Face {
  /** `/api/v1`, for one. */
  prefix: string
  routes: readonly Route[]
  /** Shapes errors; problem+json unless the face has its own convention. */
  onError?: (error: AppError, requestId: string) => Response
}

type Match = { route: Route; params: Record<string, string> } | { allow: string[] } | null

const log = logger('rest')

/**
 * One request through a face: route, sign-in, scope, handler. Every failure is an answer; what is not an AppError is
 * logged whole and answered with nothing of it.
 */
export async function dispatch(
  openConsole: () => Promise<Console>,
  face: Face,
  request: Request,
): Promise<Response> {
  const requestId = requestIdOf(request.headers)
  const onError = face.onError ?? problemResponse
  const trace = new RequestTrace(request.headers)
  const response = await trace.run(() =>
    answer(openConsole, face, { request, requestId, trace }).then(
      (answered) => {
        trace.end(null)
        return answered
      },
      (thrown: unknown) => {
        const error = toAppError(thrown)
        const isOurs = error.code === 'internal' || error.code === 'unavailable'
        if (isOurs)
          log.error(
            { err: error.cause ?? error, requestId, url: request.url.split('?')[0] },
            'request failed',
          )
        trace.end(isOurs ? error.message : null)
        return onError(error, requestId)
      },
    ),
  )
  response.headers.set('x-request-id', requestId)
  response.headers.set('x-content-type-options', 'nosniff')
  return response
}

const notAllowed = (method: string, allow: string[]) =>
  new AppError('method_not_allowed', `${method} is not allowed here. Use ${allow.join(' or ')}.`, {
    details: { allow },
  })

async function answer(
  openConsole: () => Promise<Console>,
  face: Face,
  { request, requestId, trace }: { request: Request; requestId: string; trace: RequestTrace },
): Promise<Response> {
  const url = new URL(request.url)
  const match = find(face, request.method, url.pathname)
  if (match === null)
    throw new AppError('not_found', 'There is nothing at this address. See /api/v1/openapi.json.')
  if ('allow' in match) throw notAllowed(request.method, match.allow)
  const console = await openConsole()
  const principal = match.route.scope === null ? null : await authorise(console, match.route, request)
  const { method, path } = match.route
  trace.named({
    name: `${method} ${path}`,
    stage: stageOf(match.route),
    pipeline: pipelineOf(match.route, match.params),
  })
  const call: Call = { console, request, url, params: match.params, principal, requestId }
  return match.route.run(call)
}

const stageOf = ({ method, path }: Route) =>
  method === 'GET' ? 'read' : path === '/events' ? 'gateway' : 'write'

const pipelineOf = ({ path }: Route, params: Record<string, string>) =>
  path.startsWith('/pipelines/{name}') ? (params.name ?? null) : null

async function authorise(console: Console, { scope, method, path }: Route, request: Request) {
  const principal = await admissionOf(console).admit(request.headers)
  if (scope === null) return principal
  if (principal !== null && !hasScope(principal.scopes, scope))
    noteRefusal(console.pool, {
      kind: 'overstep',
      principal: principal.name,
      address: addressOf(request.headers),
      detail: { needed: scope, call: `${method} ${path}` },
    })
  const allowed = requireScope(principal, scope)
  if (method !== 'GET' && !isTrustedWrite(allowed, request.headers))
    throw new AppError(
      'forbidden',
      'Refused a write that did not come from this site. Send it with a bearer token.',
    )
  return allowed
}

function find({ prefix, routes }: Face, method: string, pathname: string): Match {
  if (!pathname.startsWith(prefix)) return null
  const parts = pathname.slice(prefix.length).split('/').filter(Boolean)
  const allow: string[] = []
  for (const route of routes) {
    const params = matchPath(route.path, parts)
    if (!params) continue
    if (route.method === method || (method === 'HEAD' && route.method === 'GET')) return { route, params }
    allow.push(route.method)
  }
  return allow.length > 0 ? { allow } : null
}

function matchPath(path: string, parts: readonly string[]): Record<string, string> | null {
  const wanted = path.split('/').filter(Boolean)
  if (wanted.length !== parts.length) return null
  const params: Record<string, string> = {}
  for (const [i, part] of wanted.entries()) {
    const given = parts[i] ?? ''
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name === undefined) {
      if (part !== given) return null
    } else params[name] = decoded(given)
  }
  return params
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (error) {
    throw new AppError('bad_request', 'The address holds a broken %-escape. Correct it.', { cause: error })
  }
}

function requestIdOf(headers: Headers): string {
  const given = headers.get('x-request-id')
  return given !== null && /^[\w.-]{1,64}$/.test(given) ? given : newId()
}
