import { z } from 'zod'
import { listPipelines, readable, type Console } from '../../control'
import {
  causes,
  readCauses,
  readDivergence,
  readDivergenceGrid,
  readHistogram,
  readOffenders,
  readPipelinesGrid,
  summariseDivergence,
  totalDivergence,
} from '../../reconcile'
import { absolute } from '../views'
import { measureName, pipelineName, range } from './inputs'
import { router, viewerProcedure } from './init'
import type {
  CauseBreakdown,
  DivergenceGrid,
  DivergenceHistogram,
  DivergenceSummary,
  DivergenceTotals,
  DivergingCell,
  Offender,
  PipelinesGrid,
} from '../../reconcile'

const cause = z.enum(causes).nullish()
const oneMeasure = z.object({ name: pipelineName, range, measure: measureName, cause })
const keysLimit = 10_000
const selection = oneMeasure.extend({ keys: z.array(z.string().max(512)).max(keysLimit).nullish() })

/** A query of the console as the reconcile room reads it. */
async function target(console: Console, input: z.output<typeof oneMeasure>) {
  const { compute, compiled } = await readable(console, input.name)
  const ends = absolute(input.range, console.clock.now(), compiled.definition.windowSizeMs)
  return { compute, compiled, ...ends, measure: input.measure, cause: input.cause ?? undefined }
}

export const divergenceRouter = router({
  /** Windows × keys of one measure: packed, at most 100,000 cells. */
  grid: viewerProcedure
    .input(oneMeasure.extend({ sort: z.enum(['worst', 'cells', 'amount', 'key']).default('worst') }))
    .query(async ({ ctx, input }): Promise<DivergenceGrid> =>
      readDivergenceGrid(ctx.console.pool, { ...(await target(ctx.console, input)), sort: input.sort }),
    ),

  /** Pipelines × time: the largest error of each, over all keys and measures. */
  pipelines: viewerProcedure
    .input(z.object({ range, cause }))
    .query(async ({ ctx, input }): Promise<PipelinesGrid> => {
      const listed = await listPipelines(ctx.console)
      const targets = await Promise.all(
        listed.map(async ({ name }) => {
          const { compute, compiled } = await readable(ctx.console, name)
          return { compute, compiled }
        }),
      )
      const ends = absolute(input.range, ctx.console.clock.now(), 60_000)
      return readPipelinesGrid(ctx.console.pool, targets, { ...ends, cause: input.cause ?? undefined })
    }),

  summary: viewerProcedure
    .input(oneMeasure)
    .query(async ({ ctx, input }): Promise<DivergenceSummary> =>
      summariseDivergence(ctx.console.pool, await target(ctx.console, input)),
    ),

  offenders: viewerProcedure
    .input(oneMeasure.extend({ limit: z.number().int().min(1).max(100).default(10) }))
    .query(async ({ ctx, input }): Promise<Offender[]> =>
      readOffenders(ctx.console.pool, await target(ctx.console, input), input.limit),
    ),

  causes: viewerProcedure
    .input(oneMeasure)
    .query(async ({ ctx, input }): Promise<CauseBreakdown> =>
      readCauses(ctx.console.pool, await target(ctx.console, input)),
    ),

  histogram: viewerProcedure
    .input(oneMeasure)
    .query(async ({ ctx, input }): Promise<DivergenceHistogram> =>
      readHistogram(ctx.console.pool, await target(ctx.console, input)),
    ),

  /** Exactly what the differing cells of a selection come to. */
  totals: viewerProcedure.input(selection).query(async ({ ctx, input }): Promise<DivergenceTotals> =>
    totalDivergence(ctx.console.pool, {
      ...(await target(ctx.console, input)),
      keys: input.keys ?? undefined,
    }),
  ),

  /** The differing cells of a selection with both figures, a page at a time. */
  cells: viewerProcedure
    .input(
      selection.extend({
        limit: z.number().int().min(1).max(1_000).default(200),
        cursor: z.string().max(8_192).nullish(),
      }),
    )
    .query(async ({ ctx, input }): Promise<{ cells: DivergingCell[]; nextCursor: string | null }> =>
      readDivergence(ctx.console.pool, {
        ...(await target(ctx.console, input)),
        keys: input.keys ?? undefined,
        limit: input.limit,
        cursor: input.cursor ?? undefined,
      }),
    ),
})
