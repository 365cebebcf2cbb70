import { z } from 'zod'
import {
  addCorrection,
  exportOpenSlo,
  importOpenSlo,
  listCorrections,
  objectiveSpec,
  previewObjective,
  readObjective,
  readObjectives,
  removeCorrection,
  removeObjective,
  saveObjective,
  type BudgetCorrectionView,
  type ObjectiveDetail,
  type ObjectivePreview,
  type ObjectiveView,
  type OpenSloImport,
  type SavedObjective,
} from '../../slo'
import { instantMs, pipelineName, reasonInput } from './inputs'
import { operatorProcedure, router, viewerProcedure } from './init'

const objectiveId = z.string().min(1).max(128)

const correction = z.object({
  pipeline: pipelineName.nullable(),
  objectives: z.array(objectiveId).max(200).default([]),
  category: z.string().trim().min(1).max(64),
  reason: reasonInput,
  from: instantMs,
  to: instantMs,
  recurrence: z
    .object({ every: z.enum(['day', 'week', 'month']), until: instantMs.nullable().default(null) })
    .nullable()
    .default(null),
})

export const objectivesRouter = router({
  /** Worst budget first. */
  list: viewerProcedure
    .input(z.object({ pipeline: pipelineName.nullish() }).prefault({}))
    .query(({ ctx, input }): Promise<ObjectiveView[]> => readObjectives(ctx.console, input)),

  get: viewerProcedure
    .input(z.object({ id: objectiveId }))
    .query(({ ctx, input }): Promise<ObjectiveDetail> => readObjective(ctx.console, input.id)),

  /** What it would have shown over the history there is, before it is saved. */
  preview: viewerProcedure
    .input(z.object({ spec: objectiveSpec }))
    .query(({ ctx, input }): Promise<ObjectivePreview> => previewObjective(ctx.console, input.spec)),

  /** As YAML, which an import takes again. */
  exportOpenSlo: viewerProcedure
    .input(z.object({ id: objectiveId }))
    .query(({ ctx, input }): Promise<string> => exportOpenSlo(ctx.console, input.id)),

  /** All objectives of the documents, or with a problem none; a dry run says what it would do. */
  importOpenSlo: operatorProcedure
    .input(
      z.object({
        text: z
          .string()
          .min(1)
          .max(256 * 1024),
        dryRun: z.boolean().default(false),
        reason: reasonInput.default('OpenSLO import'),
      }),
    )
    .mutation(({ ctx, input }): Promise<OpenSloImport> =>
      importOpenSlo(ctx.console, { ...input, actor: ctx.principal.name }),
    ),

  corrections: viewerProcedure.query(({ ctx }): Promise<BudgetCorrectionView[]> =>
    listCorrections(ctx.console),
  ),

  save: operatorProcedure
    .input(z.object({ spec: objectiveSpec, reason: reasonInput }))
    .mutation(({ ctx, input }): Promise<SavedObjective> =>
      saveObjective(ctx.console, { ...input, actor: ctx.principal.name }),
    ),

  remove: operatorProcedure
    .input(z.object({ id: objectiveId, reason: reasonInput }))
    .mutation(({ ctx, input }): Promise<void> =>
      removeObjective(ctx.console, { ...input, actor: ctx.principal.name }),
    ),

  addCorrection: operatorProcedure
    .input(correction)
    .mutation(({ ctx, input }): Promise<BudgetCorrectionView> =>
      addCorrection(ctx.console, { ...input, actor: ctx.principal.name }),
    ),

  removeCorrection: operatorProcedure
    .input(z.object({ id: z.int().positive(), reason: reasonInput }))
    .mutation(({ ctx, input }): Promise<void> =>
      removeCorrection(ctx.console, { ...input, actor: ctx.principal.name }),
    ),
})
