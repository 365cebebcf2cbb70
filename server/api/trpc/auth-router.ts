import { z } from 'zod'
import {
  changePassword,
  clearedSessionCookie,
  endSessions,
  listSessions,
  sessionCookie,
  sessionToken,
  signIn,
  signOut,
} from '../../auth'
import type { SessionView } from '../../auth'
import { AppError } from '../../platform'
import { newPassword } from './inputs'
import { publicProcedure, router, viewerProcedure } from './init'
import type { Me } from './shapes'

const password = z.string().min(1).max(1024)
const credentials = z.object({ email: z.string().min(1).max(320), password })
const sessionId = z.string().regex(/^[0-9a-f]{24}$/, 'expected the id of a listed session')

export const authRouter = router({
  me: publicProcedure.query(({ ctx }): Me | null => {
    const { principal } = ctx
    return principal?.role ? { kind: principal.kind, name: principal.name, role: principal.role } : null
  }),

  signIn: publicProcedure.input(credentials).mutation(async ({ ctx, input }): Promise<Me> => {
    const { address, headers } = ctx.request
    const attempt = { ...input, address, agent: headers.get('user-agent') }
    const { token, principal } = await signIn(ctx.console, attempt)
    ctx.resHeaders.append('set-cookie', sessionCookie(token, ctx.request))
    return { kind: 'user', name: principal.name, role: principal.role }
  }),

  signOut: viewerProcedure.mutation(async ({ ctx }): Promise<null> => {
    const token = sessionToken(ctx.request.headers)
    if (token) await signOut(ctx.console, token, ctx.principal.name)
    ctx.resHeaders.append('set-cookie', clearedSessionCookie(ctx.request))
    return null
  }),

  /** One's own sessions; a token has none. */
  sessions: viewerProcedure.query(({ ctx }): Promise<SessionView[]> => {
    const { kind, id } = ctx.principal
    if (kind !== 'user') return Promise.resolve([])
    return listSessions(ctx.console, { userId: id, token: sessionToken(ctx.request.headers) })
  }),

  /** Ends one of one's own sessions; without an id all of them, this one too. */
  endSessions: viewerProcedure
    .input(z.object({ id: sessionId.nullish() }))
    .mutation(({ ctx, input }): Promise<{ ended: number }> => {
      const { kind, id: userId, name: actor } = ctx.principal
      if (kind !== 'user')
        throw new AppError('bad_request', 'Ending sessions failed: a token has none. Revoke the token.')
      return endSessions(ctx.console, { userId, id: input.id ?? null, actor })
    }),

  /** One's own; all other sessions end. */
  changePassword: viewerProcedure
    .input(z.object({ current: password, next: newPassword }))
    .mutation(({ ctx, input }): Promise<{ ended: number }> =>
      changePassword(ctx.console, {
        ...input,
        principal: ctx.principal,
        token: sessionToken(ctx.request.headers),
        address: ctx.request.address,
      }),
    ),
})
