import { z } from 'zod'
import { clearedSessionCookie, sessionCookie, sessionToken, signIn, signOut } from '../../auth'
import { publicProcedure, router, viewerProcedure } from './init'
import type { Me } from './shapes'

const credentials = z.object({ email: z.string().min(1).max(320), password: z.string().min(1).max(1024) })

export const authRouter = router({
  me: publicProcedure.query(({ ctx }): Me | null => {
    const { principal } = ctx
    return principal?.role ? { kind: principal.kind, name: principal.name, role: principal.role } : null
  }),

  signIn: publicProcedure.input(credentials).mutation(async ({ ctx, input }): Promise<Me> => {
    const { token, principal } = await signIn(ctx.console, { ...input, address: ctx.request.address })
    ctx.resHeaders.append('set-cookie', sessionCookie(token, ctx.request))
    return { kind: 'user', name: principal.name, role: principal.role }
  }),

  signOut: viewerProcedure.mutation(async ({ ctx }): Promise<null> => {
    const token = sessionToken(ctx.request.headers)
    if (token) await signOut(ctx.console, token)
    ctx.resHeaders.append('set-cookie', clearedSessionCookie(ctx.request))
    return null
  }),
})
