import { z } from 'zod'

const text = z.string().min(1).max(400)
const layer = z.enum(['speed', 'batch'])
const none = z.strictObject({}).prefault({})

const kind = <Name extends string, Shape extends z.core.$ZodLooseShape>(name: Name, shape: Shape) =>
  z.strictObject({ kind: z.literal(name), pipeline: text, ...shape })

const range = { from: text, to: text }

/** What a runbook may open as a plan: each value a text in which variables are filled in. */
export const planBlock = z.discriminatedUnion('kind', [
  kind('reconcile', { ...range, options: none }),
  kind('backfill', {
    ...range,
    options: z
      .strictObject({ mode: z.enum(['all', 'missing', 'failed', 'divergent']).default('all') })
      .prefault({}),
  }),
  /** To the publication before the one in force. */
  kind('rollback', { options: none }),
  kind('pause', { options: z.strictObject({ layer, minutes: z.int().min(1).max(1_440).optional() }) }),
  kind('resume', { options: z.strictObject({ layer }) }),
  kind('quarantine', { options: z.strictObject({ source: text }) }),
  kind('release', { options: z.strictObject({ source: text }) }),
  /** From the last cut. */
  kind('restart', { options: none }),
  /** The definition in force, to be changed by hand. */
  kind('definition', { options: none }),
  kind('cancel', { options: z.strictObject({ job: text }) }),
])
