import { z } from 'zod'
import { readCostHours, readCosts, readPrices, setPrices } from '../../control'
import type { CostHours, CostReport, PricesInForce } from '../../control'
import { instantMs, pipelineName, reasonInput } from './inputs'
import { adminProcedure, router, viewerProcedure } from './init'

const prices = z.object({
  currency: z.string().max(3),
  cpuHour: z.number(),
  gbScanned: z.number(),
  gbStoredMonth: z.number(),
  cores: z.number().nullable(),
})

export const costsRouter = router({
  /** A month by pipeline and layer against budgets; without `month` (as 2026-03, UTC), the one under way. */
  report: viewerProcedure
    .input(z.object({ month: z.string().max(7).optional() }).prefault({}))
    .query(({ ctx, input }): Promise<CostReport> => readCosts(ctx.console, input)),

  /** Amounts by hour and layer, of one pipeline or of all. */
  hours: viewerProcedure
    .input(z.object({ from: instantMs, to: instantMs, pipeline: pipelineName.optional() }))
    .query(({ ctx, input }): Promise<CostHours> => readCostHours(ctx.console, input)),

  prices: viewerProcedure.query(({ ctx }): Promise<PricesInForce> => readPrices(ctx.console)),

  /** In force from the hour under way. */
  setPrices: adminProcedure
    .input(prices.extend({ reason: reasonInput }))
    .mutation(({ ctx, input: { reason, ...set } }): Promise<PricesInForce> =>
      setPrices(ctx.console, { prices: set, actor: ctx.principal.name, reason }),
    ),
})
