import { z } from 'zod'
import {
  listChannels,
  readRoutes,
  removeChannel,
  saveChannel,
  saveRoutes,
  testChannel,
  type ChannelTest,
  type ChannelView,
  type RoutesView,
} from '../../slo'
import { pipelineName, reasonInput } from './inputs'
import { adminProcedure, router, viewerProcedure } from './init'

const id = z.number().int().positive()
const channelName = z
  .string()
  .trim()
  .regex(/^[\w. -]+$/, 'Use letters, digits, spaces, dots, dashes or underscores.')
  .max(64)

const route = z.object({
  owner: z.string().trim().min(1).max(128).optional(),
  severity: z.enum(['page', 'ticket']).optional(),
  pipeline: pipelineName.optional(),
  steps: z
    .array(
      z.object({
        afterMinutes: z.number().int().min(0).max(10_080),
        channels: z.array(z.string().min(1).max(64)).min(1, 'Name a channel, or * for all.').max(50),
        says: z.string().trim().min(1).max(200),
      }),
    )
    .min(1, 'A route needs a step.')
    .max(10),
  repeatHours: z.number().min(1).max(168),
})

export const channelsRouter = router({
  list: viewerProcedure.query(({ ctx }): Promise<ChannelView[]> => listChannels(ctx.console)),

  /** `secret` left out: it stays as it is. It is never shown again. */
  save: adminProcedure
    .input(
      z.object({
        id: id.optional(),
        name: channelName,
        kind: z.enum(['webhook', 'slack', 'pagerduty', 'alertmanager', 'email']),
        settings: z.record(z.string(), z.unknown()),
        secret: z.string().min(1).max(4_096).nullish(),
      }),
    )
    .mutation(({ ctx, input }): Promise<ChannelView> =>
      saveChannel(ctx.console, { ...input, actor: ctx.principal.name }),
    ),

  remove: adminProcedure
    .input(z.object({ id }))
    .mutation(({ ctx, input }): Promise<void> =>
      removeChannel(ctx.console, { ...input, actor: ctx.principal.name }),
    ),

  /** Sends a test now and says what came of it. */
  test: adminProcedure.input(z.object({ id })).mutation(({ ctx, input }): Promise<ChannelTest> => {
    const { console, principal } = ctx
    const allowInternal = console.env.allowInternal ?? false
    return testChannel({ ...console, allowInternal }, { ...input, actor: principal.name })
  }),

  routes: viewerProcedure.query(({ ctx }): Promise<RoutesView> => readRoutes(ctx.console)),

  saveRoutes: adminProcedure
    .input(
      z.object({
        routes: z.array(route).max(100),
        consoleUrl: z
          .url({ protocol: /^https?$/ })
          .max(500)
          .nullable(),
        allowInternal: z.boolean(),
        reason: reasonInput,
      }),
    )
    .mutation(({ ctx, input }): Promise<RoutesView> =>
      saveRoutes(ctx.console, { ...input, actor: ctx.principal.name }),
    ),
})
