import { TRPCError } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { getConsole, type Console } from '../../control'
import { AppError, logger, newId } from '../../platform'
import { toAppError } from '../app-error'
import { createContext } from '../context'
import { readBody, requireShallow } from '../rest/body'
import { problemResponse } from '../rest/problem'
import { trpcErrorOf } from './init'
import { appRouter } from './router'

/** One page asks for a handful of things at once. */
const batchLimit = 20
const bodyLimit = 512 * 1024

/** Answers of procedures are private and change all the time: nothing may keep them. */
export async function handleTrpc(
  request: Request,
  openConsole: () => Promise<Console> = getConsole,
): Promise<Response> {
  const bounded = await withBoundedBody(request)
  if (bounded instanceof Response) return bounded
  const response = await fetchRequestHandler({
    endpoint: '/api/trpc',
    req: bounded,
    router: appRouter,
    maxBatchSize: batchLimit,
    responseMeta: ({ errors }) => ({ headers: retryAfter(errors) }),
    createContext: ({ req, resHeaders, info }) =>
      createContext({ req, resHeaders, calls: info.calls.length }, openConsole).catch((error: unknown) => {
        const known = toAppError(error)
        if (known.code === 'internal' || known.code === 'unavailable')
          logger('trpc').error({ err: known.cause ?? known }, 'no context for the request')
        throw error instanceof TRPCError ? error : trpcErrorOf(known)
      }),
  })
  response.headers.set('cache-control', 'no-store')
  return response
}

function retryAfter(errors: readonly TRPCError[]): Headers {
  const headers = new Headers()
  const waits = errors.map(({ cause }) => (cause instanceof AppError ? (cause.retryAfterS ?? 0) : 0))
  const longestS = Math.ceil(Math.max(0, ...waits))
  if (longestS > 0) headers.set('retry-after', String(longestS))
  return headers
}

/** The library reads a body whole, however long: it is read here first, up to the limit. */
async function withBoundedBody(request: Request): Promise<Request | Response> {
  if (request.method !== 'POST') return request
  try {
    const body = await readBody(request, bodyLimit)
    requireShallow(body.toString('latin1'))
    const { url, method, headers, signal } = request
    return new Request(url, { method, headers, signal, body: new Uint8Array(body) })
  } catch (error) {
    return problemResponse(toAppError(error), newId())
  }
}
