import { z } from 'zod'
import { explain, explainEvents, explainEventsLimit } from '../../control'
import type { ExplainedEvents, Explanation } from '../../control'
import { timedRead } from '../timed-read'
import { router, viewerProcedure } from './init'
import { instantMs, measureName, pipelineName } from './inputs'

const cell = z.object({ name: pipelineName, windowStart: instantMs })

export const explainRouter = router({
  /** What a served value is made of; without a key, the keys of the window to choose from. */
  cell: viewerProcedure
    .input(cell.extend({ key: z.string().max(512).nullable(), measure: measureName.nullish() }))
    .query(({ ctx, input }): Promise<Explanation> =>
      timedRead(ctx.console, { pipeline: input.name }, () =>
        explain(ctx.console, {
          pipeline: input.name,
          windowStart: input.windowStart,
          key: input.key,
          measure: input.measure ?? undefined,
        }),
      ),
    ),

  /** The events behind it, in log order; `cursor` goes on where the page before ended. */
  events: viewerProcedure
    .input(
      cell.extend({
        key: z.string().max(512),
        show: z.enum(['all', 'different']).default('all'),
        limit: z.number().int().min(1).max(explainEventsLimit.max).default(explainEventsLimit.default),
        cursor: z.string().max(4_096).nullish(),
      }),
    )
    .query(({ ctx, input, signal }): Promise<ExplainedEvents> => {
      const { name, windowStart, key, show, limit, cursor } = input
      return explainEvents(ctx.console, {
        pipeline: name,
        windowStart,
        key,
        show,
        limit,
        cursor: cursor ?? undefined,
        signal,
      })
    }),
})
