import { z } from 'zod'
import {
  createToken,
  createUser,
  endSessions,
  listTokens,
  listUsers,
  revokeToken,
  roles,
  scopes,
  updateUser,
} from '../../auth'
import type { TokenView, UserListItem, UserView } from '../../auth'
import { listDeadLetters, readPolicy, setPolicy, systemHealth, withAudit } from '../../control'
import type { DeadLetterView, Policy, SystemHealth } from '../../control'
import { instantMs, newPassword, pageLimit, reasonInput } from './inputs'
import { adminProcedure, router, viewerProcedure } from './init'

const page = z.object({
  before: z.number().int().positive().nullish(),
  limit: z.number().int().min(1).max(pageLimit).default(100),
})

export const systemRouter = router({
  health: viewerProcedure.query(({ ctx }): Promise<SystemHealth> => systemHealth(ctx.console)),
})

export const deadLettersRouter = router({
  list: viewerProcedure
    .input(page.extend({ code: z.string().max(64).nullish() }).prefault({}))
    .query(({ ctx, input }): Promise<DeadLetterView[]> =>
      listDeadLetters(ctx.console, {
        before: input.before ?? null,
        limit: input.limit,
        code: input.code ?? null,
      }),
    ),
})

const userChange = z.object({
  id: z.uuid(),
  role: z.enum(roles).optional(),
  disabled: z.boolean().optional(),
  password: newPassword.optional(),
})

export const usersRouter = router({
  list: adminProcedure.query(({ ctx }): Promise<UserListItem[]> => listUsers(ctx.console)),

  create: adminProcedure
    .input(z.object({ email: z.email().max(320), password: newPassword, role: z.enum(roles) }))
    .mutation(({ ctx, input }): Promise<UserView> =>
      withAudit(
        ctx.console,
        (client) => createUser(client, input),
        (user) => ({
          actor: ctx.principal.name,
          action: 'user.create',
          object: user.email,
          detail: { role: user.role },
        }),
      ),
    ),

  /** Role, disabled, password; the user's sessions end, so that the change holds at once. */
  update: adminProcedure.input(userChange).mutation(async ({ ctx, input }): Promise<UserView> => {
    const { after } = await withAudit(
      ctx.console,
      (client) => updateUser(client, input),
      ({ before, after }) => {
        const change = {
          ...(before.role !== after.role && { role: { from: before.role, to: after.role } }),
          ...(before.disabled !== after.disabled && {
            disabled: { from: before.disabled, to: after.disabled },
          }),
        }
        const detail = { change, passwordReset: input.password !== undefined }
        return { actor: ctx.principal.name, action: 'user.update', object: after.email, detail }
      },
    )
    return after
  }),

  /** Signs a user out everywhere. */
  endSessions: adminProcedure
    .input(z.object({ id: z.uuid() }))
    .mutation(({ ctx, input }): Promise<{ ended: number }> =>
      endSessions(ctx.console, { userId: input.id, id: null, actor: ctx.principal.name }),
    ),
})

export const tokensRouter = router({
  list: adminProcedure.query(({ ctx }): Promise<TokenView[]> => listTokens(ctx.console)),

  /** `secret` is shown this once and kept nowhere. */
  create: adminProcedure
    .input(
      z.object({
        name: z.string().trim().min(1).max(100),
        scopes: z.array(z.enum(scopes)).min(1, 'Choose at least one scope.'),
        expiresAt: instantMs.nullish(),
      }),
    )
    .mutation(({ ctx, input }): Promise<TokenView & { secret: string }> =>
      withAudit(
        ctx.console,
        (client) =>
          createToken(client, ctx.console.clock, {
            ...input,
            expiresAt: input.expiresAt ?? null,
            createdBy: ctx.principal.name,
          }),
        ({ name, prefix, scopes: held, expiresAt }) => ({
          actor: ctx.principal.name,
          action: 'token.create',
          object: name,
          detail: {
            prefix,
            scopes: held,
            expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
          },
        }),
      ),
    ),

  revoke: adminProcedure.input(z.object({ id: z.uuid() })).mutation(({ ctx, input }): Promise<TokenView> =>
    withAudit(
      ctx.console,
      (client) => revokeToken(client, input.id),
      (token) => ({
        actor: ctx.principal.name,
        action: 'token.revoke',
        object: token.name,
        detail: { prefix: token.prefix },
      }),
    ),
  ),
})

const bound = z.number().int().positive().max(Number.MAX_SAFE_INTEGER).nullable()

export const policyRouter = router({
  get: viewerProcedure.query(({ ctx }): Promise<Policy> => readPolicy(ctx.console.pool)),

  set: adminProcedure
    .input(z.object({ fourEyesCells: bound, fourEyesBytes: bound, reason: reasonInput }))
    .mutation(({ ctx, input: { reason, ...policy } }): Promise<Policy> =>
      setPolicy(ctx.console, { policy, reason, actor: ctx.principal.name }),
    ),
})
