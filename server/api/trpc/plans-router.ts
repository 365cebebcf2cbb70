import { z } from 'zod'
import { applyPlan, createPlan, getPlan } from '../../control'
import type { PlanView } from '../../control'
import { instantMs, pipelineName } from './inputs'
import { operatorProcedure, router, viewerProcedure } from './init'

/** `rollback` takes a target in `options`: `{version}` (its number) or `{publication}`. */
export const planRequest = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reconcile'), pipeline: pipelineName, from: instantMs, to: instantMs }),
  z.object({
    kind: z.literal('backfill'),
    pipeline: pipelineName,
    from: instantMs,
    to: instantMs,
    options: z.object({ mode: z.enum(['all', 'missing']).default('all') }).prefault({}),
  }),
  z.object({
    kind: z.literal('rollback'),
    pipeline: pipelineName,
    options: z.union([
      z.strictObject({ version: z.number().int().positive() }),
      z.strictObject({ publication: z.number().int().nonnegative() }),
    ]),
  }),
])

export const plansRouter = router({
  create: operatorProcedure
    .input(planRequest)
    .mutation(({ ctx, input }): Promise<PlanView> => createPlan(ctx.console, input, ctx.principal.name)),

  get: viewerProcedure
    .input(z.object({ id: z.uuid() }))
    .query(({ ctx, input }): Promise<PlanView> => getPlan(ctx.console, input.id)),

  applyPlan: operatorProcedure
    .input(z.object({ id: z.uuid(), reason: z.string().trim().min(1).max(1_000) }))
    .mutation(({ ctx, input }): Promise<{ jobId: string }> =>
      applyPlan(ctx.console, { id: input.id, reason: input.reason, actor: ctx.principal.name }),
    ),
})
