import { z } from 'zod'
import {
  acknowledge,
  escalate,
  getIncident,
  getPostmortem,
  listIncidents,
  note,
  resolve,
  savePostmortem,
  snooze,
  startIncident,
} from '../../control'
import type { IncidentDetail, IncidentPage } from '../../control'
import { instantMs, pageLimit, pipelineName, reasonInput } from './inputs'
import { operatorProcedure, router, viewerProcedure } from './init'

const incidentId = z.number().int().min(1).max(2_147_483_647)
const one = z.object({ id: incidentId })
const written = z.string().max(20_000)

export const incidentsRouter = router({
  /** Newest first; `live`: not resolved. */
  list: viewerProcedure
    .input(
      z
        .object({
          state: z.enum(['live', 'open', 'acknowledged', 'resolved']).nullish(),
          pipeline: pipelineName.nullish(),
          severity: z.enum(['page', 'ticket']).nullish(),
          /** `nextBefore` of the page before. */
          cursor: incidentId.nullish(),
          limit: z.number().int().min(1).max(pageLimit).default(50),
        })
        .prefault({}),
    )
    .query(({ ctx, input: { cursor, limit, ...filter } }): Promise<IncidentPage> =>
      listIncidents(ctx.console, filter, { before: cursor ?? null, limit }),
    ),

  get: viewerProcedure
    .input(one)
    .query(({ ctx, input }): Promise<IncidentDetail> => getIncident(ctx.console, input.id)),

  /** As Markdown: filled from data and from what people wrote. */
  postmortem: viewerProcedure
    .input(one)
    .query(async ({ ctx, input }) => ({ markdown: await getPostmortem(ctx.console, input.id) })),

  acknowledge: operatorProcedure
    .input(one)
    .mutation(({ ctx, input }) => acknowledge(ctx.console, { id: input.id, actor: ctx.principal.name })),

  snooze: operatorProcedure
    .input(one.extend({ minutes: z.number().int().min(1).max(1_440), reason: reasonInput }))
    .mutation(({ ctx, input }) => snooze(ctx.console, { ...input, actor: ctx.principal.name })),

  note: operatorProcedure
    .input(one.extend({ text: z.string().trim().min(1, 'Write something.').max(4_000) }))
    .mutation(({ ctx, input }) => note(ctx.console, { ...input, actor: ctx.principal.name })),

  escalate: operatorProcedure
    .input(one.extend({ reason: reasonInput }))
    .mutation(({ ctx, input }) => escalate(ctx.console, { ...input, actor: ctx.principal.name })),

  resolve: operatorProcedure
    .input(one.extend({ says: reasonInput }))
    .mutation(({ ctx, input }) => resolve(ctx.console, { ...input, actor: ctx.principal.name })),

  start: operatorProcedure
    .input(
      z
        .object({
          title: z.string().trim().min(1, 'Say what is wrong.').max(200),
          severity: z.enum(['page', 'ticket']),
          pipelines: z.array(pipelineName).max(50).default([]),
          says: reasonInput,
          from: instantMs.nullish(),
          to: instantMs.nullish(),
          runbook: z.string().max(64).nullish(),
        })
        .refine(({ from, to }) => from == null || to == null || from < to, {
          message: '`from` must be before `to`',
        }),
    )
    .mutation(async ({ ctx, input }) => ({
      id: await startIncident(ctx.console, {
        ...input,
        from: input.from ?? null,
        to: input.to ?? null,
        runbook: input.runbook ?? null,
        actor: ctx.principal.name,
      }),
    })),

  savePostmortem: operatorProcedure
    .input(
      one.extend({
        text: z.strictObject({
          summary: written,
          layer: written,
          impact: written,
          rootCauseKind: z.enum(['', 'code', 'infra', 'data', 'process']),
          rootCause: written,
          remediation: written,
          actions: written,
          lessons: written,
        }),
      }),
    )
    .mutation(({ ctx, input }) => savePostmortem(ctx.console, { ...input, actor: ctx.principal.name })),
})
