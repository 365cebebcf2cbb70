import type { TrackedEnvelope } from '@trpc/server'
import { z } from 'zod'
import { liveHealth, liveJobs, livePipeline, livePipelines, liveTopKeys } from '../live'
import { pageLimit, pipelineName, seriesInput, topKeysInput } from './inputs'
import { router, viewerProcedure } from './init'
import type { LiveHealth, LiveJobs, LiveList, LiveMessage, TopKeys } from './shapes'

type Feed<T> = AsyncGenerator<T, void, undefined>

/** Subscriptions over SSE. Each sends its whole state first, so a client needs no query beside it. */
export const liveRouter = router({
  pipeline: viewerProcedure
    .input(seriesInput.extend({ lastEventId: z.string().max(64).nullish() }))
    .subscription(({ ctx, input, signal }): Feed<TrackedEnvelope<LiveMessage>> =>
      livePipeline(ctx.console, input, signal),
    ),

  /** The list of pipelines with their status, at most once a second. */
  pipelines: viewerProcedure.subscription(({ ctx, signal }): Feed<LiveList> =>
    livePipelines(ctx.console, signal),
  ),

  topKeys: viewerProcedure
    .input(topKeysInput)
    .subscription(({ ctx, input, signal }): Feed<TopKeys> => liveTopKeys(ctx.console, input, signal)),

  health: viewerProcedure.subscription(({ ctx, signal }): Feed<LiveHealth> =>
    liveHealth(ctx.console, signal),
  ),

  jobs: viewerProcedure
    .input(
      z
        .object({
          pipeline: pipelineName.nullish(),
          limit: z.number().int().min(1).max(pageLimit).default(50),
        })
        .prefault({}),
    )
    .subscription(({ ctx, input, signal }): Feed<LiveJobs> =>
      liveJobs(ctx.console, { pipeline: input.pipeline ?? null, limit: input.limit }, signal),
    ),
})
