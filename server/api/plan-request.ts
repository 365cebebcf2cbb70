import { z } from 'zod'
import { pipelineName } from './trpc/inputs'

/** How a face writes an instant: ISO text in REST, epoch ms in tRPC. */
type InstantSchema = z.ZodType<number>

const maxKeys = 100
const keys = z.array(z.string().max(512)).min(1).max(maxKeys).optional()

const share = z.number().min(0).max(1_000)
/** After the flip it is watched, and taken back when one of the bounds is crossed. */
const guard = z
  .strictObject({
    minutes: z.number().positive().max(1_440),
    divergence: share.optional(),
    freshnessS: z.number().positive().max(86_400).optional(),
  })
  .optional()

const recompute = { preview: z.boolean().optional(), guard }

const target = z.union([
  z.strictObject({ version: z.int().positive(), guard }),
  z.strictObject({ publication: z.int().nonnegative(), guard }),
])

/** The `source` of a producer's events. */
const producer = z.strictObject({ source: z.string().min(1).max(1_024) })
/** A definition as text (YAML or JSON) or as a document. */
const document = z.union([z.string().min(1).max(262_144), z.record(z.string(), z.unknown())])
const definitionChange = z.union([
  z.strictObject({ definition: document }),
  z.strictObject({ shadow: document }),
  z.strictObject({ promote: z.literal(true) }),
  z.strictObject({ drop: z.literal(true) }),
])
const restartPoint = z.union([
  z.strictObject({ cut: z.literal('last') }),
  z.strictObject({ seq: z.int().nonnegative() }),
])
const layer = z.enum(['speed', 'batch'])

const kind = <Name extends string, Shape extends z.core.$ZodLooseShape>(name: Name, shape: Shape) =>
  z.strictObject({ kind: z.literal(name), pipeline: pipelineName, ...shape })

/** The body of `POST /plans` and the input of `plans.create`; a kind of plan is one entry. */
export const planRequestOf = (instant: InstantSchema) =>
  z.discriminatedUnion('kind', [
    kind('reconcile', {
      from: instant,
      to: instant,
      keys,
      options: z.strictObject(recompute).optional(),
    }),
    kind('backfill', {
      from: instant,
      to: instant,
      keys,
      options: z
        .strictObject({
          ...recompute,
          mode: z.enum(['all', 'missing', 'failed', 'divergent']).default('all'),
          order: z.enum(['oldest', 'newest']).optional(),
          runAt: instant.optional(),
          retryOf: z.uuid().optional(),
        })
        .prefault({}),
    }),
    kind('rollback', { options: target }),
    kind('pause', { options: z.strictObject({ layer, until: instant.optional() }) }),
    kind('quarantine', { options: producer }),
    kind('restart', { options: z.strictObject({ layer: z.literal('speed'), from: restartPoint }) }),
    kind('definition', { options: definitionChange }),
    kind('cancel', { options: z.strictObject({ jobId: z.uuid() }) }),
    kind('release', { options: producer }),
    kind('resume', { options: z.strictObject({ layer, pause: z.int().positive().optional() }) }),
  ])
