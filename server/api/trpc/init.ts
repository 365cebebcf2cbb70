import { initTRPC, TRPCError } from '@trpc/server'
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server/rpc'
import { hasRole, isTrustedWrite, requireRole } from '../../auth'
import type { Principal, Role } from '../../auth'
import type { Console } from '../../control'
import { AppError, logger } from '../../platform'
import type { ErrorCode } from '../../platform'
import { internalMessage, toAppError } from '../app-error'
import { RequestTrace } from '../request-trace'
import { transformer } from './transformer'

export interface Context {
  console: Console
  principal: Principal | null
  request: { headers: Headers; isSecure: boolean; address: string }
  resHeaders: Headers
  /** Told when somebody who signed in asks for what the role does not allow. */
  onOverstep?: ((what: { needed: Role; call: string }) => void) | undefined
}

/** `role` is the table entry the role test checks; `public` procedures need no session. */
interface Meta {
  role: Role | 'public'
}

const log = logger('trpc')

const trpcCodeByCode: Record<ErrorCode, TRPC_ERROR_CODE_KEY> = {
  bad_request: 'BAD_REQUEST',
  unauthenticated: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  not_found: 'NOT_FOUND',
  method_not_allowed: 'METHOD_NOT_SUPPORTED',
  conflict: 'CONFLICT',
  gone: 'NOT_FOUND',
  too_large: 'PAYLOAD_TOO_LARGE',
  unsupported_media_type: 'UNSUPPORTED_MEDIA_TYPE',
  unprocessable: 'UNPROCESSABLE_CONTENT',
  too_many_requests: 'TOO_MANY_REQUESTS',
  internal: 'INTERNAL_SERVER_ERROR',
  unavailable: 'SERVICE_UNAVAILABLE',
}

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    transformer,
    sse: {
      ping: { enabled: true, intervalMs: 5_000 },
      client: { reconnectAfterInactivityMs: 15_000 },
      maxDurationMs: 600_000,
    },
    errorFormatter({ shape, error }) {
      const app = error.cause instanceof AppError ? error.cause : null
      const hidden = error.code === 'INTERNAL_SERVER_ERROR'
      return {
        code: shape.code,
        message: hidden ? internalMessage : shape.message,
        data: {
          code: shape.data.code,
          httpStatus: shape.data.httpStatus,
          path: shape.data.path,
          /** Our own error code, for the client to branch on. */
          appCode: app?.code ?? null,
          details: app?.details ?? null,
          retryAfterS: app?.retryAfterS ?? null,
        },
      }
    },
  })

export const trpcErrorOf = (error: AppError): TRPCError =>
  new TRPCError({ code: trpcCodeByCode[error.code], message: error.message, cause: error })

/** A subscription lasts as long as its viewer: it is no request of a trace. */
const traced = t.middleware(async ({ ctx, next, path, type, getRawInput }) => {
  if (type === 'subscription') return next()
  const trace = new RequestTrace(ctx.request.headers)
  if (ctx.principal !== null)
    trace.named({
      name: path,
      stage: type === 'query' ? 'read' : 'write',
      pipeline: pipelineOf(path, await getRawInput().catch(() => null)),
    })
  const result = await trace.run(() => next())
  const error = result.ok ? null : result.error.cause
  const isOurs = error instanceof AppError && (error.code === 'internal' || error.code === 'unavailable')
  trace.end(isOurs ? error.message : null)
  return result
})

/** As far as an input says which pipeline it is about. */
function pipelineOf(path: string, input: unknown): string | null {
  if (typeof input !== 'object' || input === null) return null
  const { name, pipeline } = input as { name?: unknown; pipeline?: unknown }
  const said = pipeline ?? (path.startsWith('pipelines.') ? name : null)
  return typeof said === 'string' ? said.slice(0, 128) : null
}

/** AppErrors keep their message; all other errors are logged whole and answered with none of it. */
const errors = t.middleware(async ({ next, path }) => {
  const result = await next()
  if (result.ok) return result
  const { cause } = result.error
  // Input that does not parse is tRPC's own error, with the paths in its message.
  if (result.error.code !== 'INTERNAL_SERVER_ERROR' && !(cause instanceof AppError)) return result
  const known = toAppError(cause ?? result.error)
  if (known.code === 'internal') log.error({ err: known.cause, path }, 'procedure failed')
  throw trpcErrorOf(known)
})

const sameSiteWrites = t.middleware(({ ctx, type, next }) => {
  if (type === 'mutation' && !isTrustedWrite(ctx.principal, ctx.request.headers))
    throw new AppError(
      'forbidden',
      'Refused a write that did not come from this site. Open the console and try again there.',
    )
  return next()
})

/** A screen may ask for more than its viewer is shown; a write is somebody's intention. */
function noteOverstep({ principal, onOverstep }: Context, needed: Role, path: string): void {
  if (principal === null || (principal.role !== null && hasRole(principal.role, needed))) return
  onOverstep?.({ needed, call: path })
}

const roleChecked = (role: Role) =>
  t.procedure
    .meta({ role })
    .use(traced)
    .use(errors)
    .use(({ ctx, next, path, type }) => {
      if (type !== 'query') noteOverstep(ctx, role, path)
      return next({ ctx: { principal: requireRole(ctx.principal, role) } })
    })
    .use(sameSiteWrites)

export const router = t.router
export const publicProcedure = t.procedure
  .meta({ role: 'public' })
  .use(traced)
  .use(errors)
  .use(sameSiteWrites)
export const viewerProcedure = roleChecked('viewer')
export const operatorProcedure = roleChecked('operator')
export const adminProcedure = roleChecked('admin')
