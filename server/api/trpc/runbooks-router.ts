import { z } from 'zod'
import {
  applyRunbook,
  endRun,
  getRunbook,
  listRunbooks,
  readRun,
  recordNote,
  recordPlan,
  runCheck,
  startRun,
} from '../../control'
import type { AppliedRunbook, RunbookDetail, RunbookListItem, RunDetail } from '../../control'
import { reasonInput } from './inputs'
import { operatorProcedure, router, viewerProcedure } from './init'

const runbookName = z.string().min(1).max(64)
const step = z.object({ runId: z.uuid(), step: runbookName })
const value = z.string().trim().min(1).max(400).optional()

const variables = z.strictObject({
  pipeline: value,
  from: value,
  to: value,
  cause: value,
  incident: value,
  rule: value,
  producer: value,
  principal: value,
  job: value,
})

/** A variable that is not given is absent, not undefined. */
const given = (all: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))

export const runbooksRouter = router({
  /** By name, with how often each solved what it was for. */
  list: viewerProcedure.query(({ ctx }): Promise<RunbookListItem[]> => listRunbooks(ctx.console)),

  /** The version in force, or an earlier one. */
  get: viewerProcedure
    .input(z.object({ name: runbookName, version: z.number().int().positive().nullish() }))
    .query(({ ctx, input }): Promise<RunbookDetail> =>
      getRunbook(ctx.console, input.name, input.version ?? null),
    ),

  run: viewerProcedure
    .input(z.object({ id: z.uuid() }))
    .query(({ ctx, input }): Promise<RunDetail> => readRun(ctx.console, input.id)),

  /** A new version, in force at once; the text is checked whole. */
  save: operatorProcedure
    .input(z.object({ text: z.string().min(1).max(65_536), reason: reasonInput }))
    .mutation(({ ctx, input }): Promise<AppliedRunbook> =>
      applyRunbook(ctx.console, { ...input, actor: ctx.principal.name }),
    ),

  start: operatorProcedure
    .input(
      z.object({
        runbook: runbookName,
        incidentId: z.number().int().positive().nullish(),
        variables: variables.prefault({}),
      }),
    )
    .mutation(({ ctx, input }): Promise<RunDetail> =>
      startRun(ctx.console, {
        runbook: input.runbook,
        incidentId: input.incidentId ?? null,
        variables: given(input.variables),
        actor: ctx.principal.name,
      }),
    ),

  check: operatorProcedure
    .input(step)
    .mutation(({ ctx, input }): Promise<RunDetail> =>
      runCheck(ctx.console, { ...input, actor: ctx.principal.name }),
    ),

  recordPlan: operatorProcedure
    .input(step.extend({ planId: z.uuid() }))
    .mutation(({ ctx, input }): Promise<RunDetail> =>
      recordPlan(ctx.console, { ...input, actor: ctx.principal.name }),
    ),

  recordNote: operatorProcedure
    .input(step.extend({ outcome: z.enum(['done', 'skipped']), says: z.string().trim().max(1_000) }))
    .mutation(({ ctx, input }): Promise<RunDetail> =>
      recordNote(ctx.console, { ...input, actor: ctx.principal.name }),
    ),

  /** Ends a run whose gate did not pass. */
  end: operatorProcedure
    .input(z.object({ runId: z.uuid(), outcome: z.enum(['not solved', 'given up']), says: reasonInput }))
    .mutation(({ ctx, input }): Promise<RunDetail> =>
      endRun(ctx.console, { ...input, actor: ctx.principal.name }),
    ),
})
