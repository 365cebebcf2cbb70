import { z } from 'zod'
import {
  createToken,
  createUser,
  listTokens,
  listUsers,
  revokeToken,
  roles,
  scopes,
  updateUser,
} from '../../auth'
import type { TokenView, UserView } from '../../auth'
import { listAudit, listDeadLetters, systemHealth, withAudit } from '../../control'
import type { AuditRecord, DeadLetterView, SystemHealth } from '../../control'
import { pageLimit } from './inputs'
import { adminProcedure, router, viewerProcedure } from './init'

const password = z.string().min(12, 'A password needs at least 12 characters.').max(1024)
const page = z.object({
  before: z.number().int().positive().nullish(),
  limit: z.number().int().min(1).max(pageLimit).default(100),
})

export const systemRouter = router({
  health: viewerProcedure.query(({ ctx }): Promise<SystemHealth> => systemHealth(ctx.console)),
})

export const auditRouter = router({
  /** Newest first; `before` is the seq to go on from. */
  list: viewerProcedure
    .input(page.prefault({}))
    .query(({ ctx, input }): Promise<AuditRecord[]> =>
      listAudit(ctx.console, { before: input.before ?? null, limit: input.limit }),
    ),
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

export const usersRouter = router({
  list: adminProcedure.query(({ ctx }): Promise<UserView[]> => listUsers(ctx.console)),

  create: adminProcedure
    .input(z.object({ email: z.email().max(320), password, role: z.enum(roles) }))
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

  update: adminProcedure
    .input(
      z.object({
        id: z.uuid(),
        role: z.enum(roles).optional(),
        disabled: z.boolean().optional(),
        password: password.optional(),
      }),
    )
    .mutation(({ ctx, input }): Promise<UserView> =>
      withAudit(
        ctx.console,
        (client) => updateUser(client, input),
        (user) => ({
          actor: ctx.principal.name,
          action: 'user.update',
          object: user.email,
          detail: { role: user.role, disabled: user.disabled, passwordChanged: input.password !== undefined },
        }),
      ),
    ),
})

export const tokensRouter = router({
  list: adminProcedure.query(({ ctx }): Promise<TokenView[]> => listTokens(ctx.console)),

  /** `secret` is shown this once and kept nowhere. */
  create: adminProcedure
    .input(
      z.object({
        name: z.string().trim().min(1).max(100),
        scopes: z.array(z.enum(scopes)).min(1),
        expiresAt: z.number().int().nullish(),
      }),
    )
    .mutation(({ ctx, input }): Promise<TokenView & { secret: string }> =>
      withAudit(
        ctx.console,
        (client) =>
          createToken(client, {
            ...input,
            expiresAt: input.expiresAt ?? null,
            createdBy: ctx.principal.name,
          }),
        (token) => ({
          actor: ctx.principal.name,
          action: 'token.create',
          object: token.name,
          detail: { prefix: token.prefix, scopes: token.scopes },
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
