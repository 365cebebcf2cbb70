import { z } from 'zod'
import {
  applyDefinition,
  definitionHistory,
  exportDefinition,
  getPipeline,
  listPipelines,
  listProducers,
  pipelineStatus,
  removePipeline,
} from '../../control'
import type {
  AppliedDefinition,
  DefinitionVersion,
  PipelineInfo,
  PipelineListItem,
  PipelineStatus,
  Producers,
} from '../../control'
import { readSeriesView, readTopKeysView, readVersionsView } from '../views'
import { pipelineInput, pipelineName, seriesInput, topKeysInput } from './inputs'
import { operatorProcedure, router, viewerProcedure } from './init'
import type { Series, TopKeys, Versions } from './shapes'

const definitionText = z
  .string()
  .min(1)
  .max(256 * 1024)
const reason = z.string().trim().min(1).max(1_000)

export const pipelinesRouter = router({
  /** Worst first. */
  list: viewerProcedure.query(({ ctx }): Promise<PipelineListItem[]> => listPipelines(ctx.console)),

  get: viewerProcedure
    .input(pipelineInput)
    .query(({ ctx, input }): Promise<PipelineInfo> => getPipeline(ctx.console, input.name)),

  status: viewerProcedure
    .input(pipelineInput)
    .query(({ ctx, input }): Promise<PipelineStatus> => pipelineStatus(ctx.console, input.name)),

  series: viewerProcedure
    .input(seriesInput)
    .query(({ ctx, input }): Promise<Series> => readSeriesView(ctx.console, input)),

  topKeys: viewerProcedure
    .input(topKeysInput)
    .query(({ ctx, input }): Promise<TopKeys> => readTopKeysView(ctx.console, input)),

  versions: viewerProcedure
    .input(pipelineInput)
    .query(({ ctx, input }): Promise<Versions> => readVersionsView(ctx.console, input.name)),

  definitions: viewerProcedure
    .input(pipelineInput)
    .query(({ ctx, input }): Promise<DefinitionVersion[]> => definitionHistory(ctx.console, input.name)),

  /** The definition in force as YAML text, as `apply` takes it. */
  export: viewerProcedure
    .input(pipelineInput)
    .query(({ ctx, input }): Promise<string> => exportDefinition(ctx.console, input.name)),

  /** Who sends what it reads, and whose events are kept aside. */
  producers: viewerProcedure
    .input(pipelineInput)
    .query(({ ctx, input, signal }): Promise<Producers> => listProducers(ctx.console, input.name, signal)),

  applyDefinition: operatorProcedure
    .input(z.object({ text: definitionText, reason: reason.nullish() }))
    .mutation(({ ctx, input }): Promise<AppliedDefinition> =>
      applyDefinition(ctx.console, {
        input: input.text,
        actor: ctx.principal.name,
        reason: input.reason ?? null,
      }),
    ),

  remove: operatorProcedure
    .input(z.object({ name: pipelineName, reason }))
    .mutation(async ({ ctx, input }): Promise<null> => {
      await removePipeline(ctx.console, { name: input.name, actor: ctx.principal.name, reason: input.reason })
      return null
    }),
})
