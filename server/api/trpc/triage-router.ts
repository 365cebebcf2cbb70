import { z } from 'zod'
import { readAlertHistory, readTriage } from '../../control'
import type { AlertHistory, TriageView } from '../../control'
import { pageLimit, pipelineName } from './inputs'
import { router, viewerProcedure } from './init'

export const triageRouter = router({
  /** What the on-call needs beside the alerts; `live.watch` sends it again as it changes. */
  view: viewerProcedure.query(({ ctx }): Promise<TriageView> => readTriage(ctx.console)),

  /** Alerts that are over, newest first. */
  alertHistory: viewerProcedure
    .input(
      z
        .object({
          cursor: z.number().int().positive().nullish(),
          limit: z.number().int().min(1).max(pageLimit).default(100),
          rule: z.string().max(128).nullish(),
          pipeline: pipelineName.nullish(),
          severity: z.enum(['page', 'ticket']).nullish(),
        })
        .prefault({}),
    )
    .query(({ ctx, input }): Promise<AlertHistory> =>
      readAlertHistory(ctx.console.pool, {
        before: input.cursor ?? null,
        limit: input.limit,
        rule: input.rule ?? null,
        pipeline: input.pipeline ?? null,
        severity: input.severity ?? null,
      }),
    ),
})
