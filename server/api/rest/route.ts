import type { z } from 'zod'
import type { Principal, Scope } from '../../auth'
import type { Console } from '../../control'
import { AppError } from '../../platform'
import { bodyLimits, readJson } from './body'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Call {
  console: Console
  request: Request
  url: URL
  /** Values of the `{…}` parts of the path, decoded. */
  params: Record<string, string>
  /** Null on routes that need no scope. */
  principal: Principal | null
  requestId: string
}

/** A route as the dispatcher and the OpenAPI document see it. */
export interface Route {
  method: Method
  /** Below the face's prefix, with `{name}` parts. */
  path: string
  /** What the caller must hold; null: anyone may call. */
  scope: Scope | null
  summary: string
  query?: z.ZodObject | undefined
  body?: { schema: z.ZodType; types: string[] } | undefined
  answers: Record<number, { says: string; schema?: z.ZodType }>
  run: (call: Call) => Promise<Response>
}

interface JsonRoute<Q extends z.ZodObject, B extends z.ZodType> extends Omit<
  Route,
  'run' | 'query' | 'body'
> {
  query?: Q
  body?: B
  handle: (call: Call & { query: z.output<Q>; body: z.output<B> }) => Promise<Response>
}

/** A route whose query and JSON body are checked before it is called. */
export function jsonRoute<Q extends z.ZodObject = z.ZodObject, B extends z.ZodType = z.ZodType>(
  route: JsonRoute<Q, B>,
): Route {
  const { handle, body, query, ...rest } = route
  return {
    ...rest,
    query,
    body: body && { schema: body, types: ['application/json'] },
    run: async (call) =>
      handle({
        ...call,
        query: query ? parseQuery(query, call.url) : ({} as z.output<Q>),
        body: body
          ? parseBody(body, await readJson(call.request, bodyLimits.json))
          : (undefined as z.output<B>),
      }),
  }
}

/** Refuses unknown and repeated parameters: a mistyped filter must not quietly answer something else. */
export function parseQuery<Q extends z.ZodObject>(schema: Q, url: URL): z.output<Q> {
  const given: Record<string, string> = {}
  for (const [name, value] of url.searchParams) {
    if (Object.hasOwn(given, name))
      throw new AppError(
        'bad_request',
        `Reading the query failed: ${JSON.stringify(name.slice(0, 64))} is given twice. Give it once.`,
      )
    given[name] = value
  }
  return parse(schema, given, 'query')
}

export const parseBody = <B extends z.ZodType>(schema: B, value: unknown): z.output<B> =>
  parse(schema, value, 'body')

function parse<T extends z.ZodType>(schema: T, value: unknown, where: 'query' | 'body'): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.slice(0, 20).map((issue) => ({
    path: issue.path.join('.') || ('keys' in issue ? issue.keys.join(', ') : ''),
    expected: issue.message,
  }))
  const [first] = problems
  const name = first?.path ? `\`${first.path.slice(0, 80)}\`` : `the ${where}`
  throw new AppError(
    'bad_request',
    `Reading the ${where} failed: ${name}: ${first?.expected ?? 'not valid'}. Correct it.`,
    {
      details: { problems },
    },
  )
}

export function json(body: unknown, init: { status?: number; headers?: HeadersInit } = {}): Response {
  const headers = new Headers(init.headers)
  if (!headers.has('content-type')) headers.set('content-type', 'application/json')
  headers.set('cache-control', 'no-store')
  return new Response(JSON.stringify(body), { status: init.status ?? 200, headers })
}
