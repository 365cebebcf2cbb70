import { z } from 'zod'
import {
  addSilence,
  endSilence,
  listSilences,
  previewSilence,
  readAlertBoard,
  readAlertRules,
  saveAlertRules,
  type AlertBoard,
  type AlertRuleView,
  type AlertView,
  type SilenceView,
} from '../../slo'
import { instantMs, reasonInput } from './inputs'
import { adminProcedure, operatorProcedure, router, viewerProcedure } from './init'

const pattern = z.string().trim().min(1).max(200).optional()

export const silenceMatch = z.object({
  rule: pattern,
  pipeline: pattern,
  cause: pattern,
  severity: z.enum(['page', 'ticket']).optional(),
  owner: pattern,
})

const newSilence = z.object({
  kind: z.enum(['silence', 'maintenance']).default('silence'),
  match: silenceMatch,
  reason: reasonInput,
  startsAt: instantMs,
  endsAt: instantMs,
  recurrence: z
    .object({ every: z.enum(['day', 'week', 'month']), until: instantMs.nullable().default(null) })
    .nullable()
    .default(null),
})

const seconds = z.number().int().min(0).max(86_400)

const ruleChange = z.object({
  severity: z.enum(['page', 'ticket']).optional(),
  isEnabled: z.boolean().optional(),
  forS: seconds.optional(),
  quietS: seconds.optional(),
  threshold: z.number().min(0).nullish(),
  runbook: z.string().max(128).nullish(),
})

export const alertsRouter = router({
  /** Live alerts by cause; `live.watch` sends it again as it changes. */
  board: viewerProcedure.query(({ ctx }): Promise<AlertBoard> => readAlertBoard(ctx.console)),

  silences: viewerProcedure.query(({ ctx }): Promise<SilenceView[]> => listSilences(ctx.console)),

  /** Live alerts that it would hold back. */
  previewSilence: viewerProcedure
    .input(z.object({ match: silenceMatch }))
    .query(({ ctx, input }): Promise<AlertView[]> => previewSilence(ctx.console, input.match)),

  addSilence: operatorProcedure
    .input(newSilence)
    .mutation(({ ctx, input }): Promise<SilenceView> =>
      addSilence(ctx.console, { ...input, actor: ctx.principal.name }),
    ),

  endSilence: operatorProcedure
    .input(z.object({ id: z.number().int().positive() }))
    .mutation(({ ctx, input }): Promise<void> =>
      endSilence(ctx.console, { id: input.id, actor: ctx.principal.name }),
    ),

  rules: viewerProcedure.query(({ ctx }): Promise<AlertRuleView[]> => readAlertRules(ctx.console)),

  /** All changes there are to be: what is left out is as shipped. */
  saveRules: adminProcedure
    .input(z.object({ changes: z.record(z.string().max(64), ruleChange), reason: reasonInput }))
    .mutation(({ ctx, input: { changes, reason } }): Promise<AlertRuleView[]> =>
      saveAlertRules(ctx.console, { changes, reason, actor: ctx.principal.name }),
    ),
})
