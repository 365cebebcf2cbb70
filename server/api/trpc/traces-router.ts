import { z } from 'zod'
import { readTrace, readTraces } from '../../slo'
import type { TraceDetail, TraceSummary } from '../../slo'
import { pipelineName } from './inputs'
import { router, viewerProcedure } from './init'

const tracesLimit = 200

export const tracesRouter = router({
  /** Traces that were kept: newest first, or slowest first. */
  recent: viewerProcedure
    .input(
      z
        .object({
          pipeline: pipelineName.nullish(),
          status: z.enum(['ok', 'error']).nullish(),
          kept: z.enum(['error', 'slow', 'asked', 'sampled']).nullish(),
          from: z.number().nullish(),
          to: z.number().nullish(),
          slowest: z.boolean().default(false),
          limit: z.number().int().min(1).max(tracesLimit).default(50),
        })
        .prefault({}),
    )
    .query(({ ctx, input }): Promise<TraceSummary[]> => readTraces(ctx.console, input)),

  /** A trace with its spans, also while it is still open; by its own id, or of a job by the job's. */
  get: viewerProcedure
    .input(
      z.object({
        traceId: z.string().regex(/^[0-9a-f-]{32,36}$/, '32 lower-case hex digits, or the id of a job'),
      }),
    )
    .query(({ ctx, input }): Promise<TraceDetail> => readTrace(ctx.console, input.traceId)),
})
