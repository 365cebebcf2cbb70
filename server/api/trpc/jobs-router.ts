import { z } from 'zod'
import { getJob, listJobs, requestCancel, requestPause, requestResume } from '../../control'
import type { JobView } from '../../control'
import { pageLimit, pipelineName } from './inputs'
import { operatorProcedure, router, viewerProcedure } from './init'

const jobId = z.object({ id: z.uuid() })

export const jobsRouter = router({
  /** Running first, then newest first. */
  list: viewerProcedure
    .input(
      z
        .object({
          pipeline: pipelineName.nullish(),
          limit: z.number().int().min(1).max(pageLimit).default(50),
        })
        .prefault({}),
    )
    .query(({ ctx, input }): Promise<JobView[]> =>
      listJobs(ctx.console, { pipeline: input.pipeline ?? null, limit: input.limit }),
    ),

  get: viewerProcedure
    .input(jobId)
    .query(({ ctx, input }): Promise<JobView> => getJob(ctx.console, input.id)),

  cancel: operatorProcedure
    .input(jobId)
    .mutation(({ ctx, input }): Promise<JobView> =>
      requestCancel(ctx.console, { id: input.id, actor: ctx.principal.name }),
    ),

  pause: operatorProcedure
    .input(jobId)
    .mutation(({ ctx, input }): Promise<JobView> =>
      requestPause(ctx.console, { id: input.id, actor: ctx.principal.name }),
    ),

  resume: operatorProcedure
    .input(jobId)
    .mutation(({ ctx, input }): Promise<JobView> =>
      requestResume(ctx.console, { id: input.id, actor: ctx.principal.name }),
    ),
})
