import { z } from 'zod'
import { applyPlan, approvePlan, createPlan, getPlan, listProposals } from '../../control'
import type { PlanView } from '../../control'
import { planRequestOf } from '../plan-request'
import { instantMs, pipelineName } from './inputs'
import { operatorProcedure, router, viewerProcedure } from './init'

export const plansRouter = router({
  create: operatorProcedure
    .input(planRequestOf(instantMs))
    .mutation(({ ctx, input }): Promise<PlanView> => createPlan(ctx.console, input, ctx.principal.name)),

  get: viewerProcedure
    .input(z.object({ id: z.uuid() }))
    .query(({ ctx, input }): Promise<PlanView> => getPlan(ctx.console, input.id)),

  /** What scheduled runs computed and leave to a person, whole, newest first. */
  proposals: viewerProcedure
    .input(z.object({ pipeline: pipelineName.nullish() }).prefault({}))
    .query(({ ctx, input }): Promise<PlanView[]> => listProposals(ctx.console, input.pipeline ?? null)),

  /** A second person's word; only whoever did not make the plan can give it. */
  approve: operatorProcedure
    .input(z.object({ id: z.uuid(), reason: z.string().trim().min(1).max(1_000) }))
    .mutation(({ ctx, input }): Promise<PlanView> =>
      approvePlan(ctx.console, { id: input.id, reason: input.reason, actor: ctx.principal.name }),
    ),

  applyPlan: operatorProcedure
    .input(z.object({ id: z.uuid(), reason: z.string().trim().min(1).max(1_000) }))
    .mutation(({ ctx, input }): Promise<{ jobId: string }> =>
      applyPlan(ctx.console, { id: input.id, reason: input.reason, actor: ctx.principal.name }),
    ),
})
