import { z } from 'zod'

/** Limits of what one request may ask for (law 11). */
export const maxPointsLimit = 2_000
export const pageLimit = 500

export const newPassword = z.string().min(12, 'A password needs at least 12 characters.').max(1024)
export const reasonInput = z.string().trim().min(1, 'Say why.').max(1_000)
export const pipelineName = z.string().min(1).max(128)
export const instantMs = z.number().int().min(-8.64e15).max(8.64e15)
export const measureName = z.string().min(1).max(128)
export const pipelineInput = z.object({ name: pipelineName })

/** Absolute `from`/`to`, or `lastMs` back from now (rolling: it stays relative). */
export const range = z.union([
  z
    .object({ from: instantMs, to: instantMs })
    .refine((r) => r.from < r.to, { message: '`from` must be before `to`' }),
  z.object({
    lastMs: z
      .number()
      .int()
      .min(1_000)
      .max(400 * 86_400_000),
  }),
])
export type Range = z.infer<typeof range>

export const seriesInput = z.object({
  name: pipelineName,
  range,
  /** One key, or all keys together. */
  key: z.string().max(512).nullish(),
  /** One measure, or all. A chart shows one: reading it alone spares the merging of all the others' sketches. */
  measure: measureName.nullish(),
  maxPoints: z.number().int().min(10).max(maxPointsLimit).default(600),
})
export type SeriesInput = z.infer<typeof seriesInput>

export const topKeysInput = z.object({
  name: pipelineName,
  range,
  measure: measureName,
  limit: z.number().int().min(1).max(100).default(10),
})
export type TopKeysInput = z.infer<typeof topKeysInput>

export const debugInput = z.object({
  name: pipelineName,
  range,
  indicator: z.enum(['event_to_view', 'latency', 'freshness']).default('event_to_view'),
})
export type DebugInput = z.output<typeof debugInput>
