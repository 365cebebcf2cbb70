import { z } from 'zod'
import { applyPlan, createPlan, getPlan } from '../../control'
import type { PlanView } from '../../control'
import { planRequestOf } from '../plan-request'
import { instantMs } from './inputs'
import { operatorProcedure, router, viewerProcedure } from './init'

export const plansRouter = router({
  create: operatorProcedure
    .input(planRequestOf(instantMs))
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
