import { z } from 'zod'
import { readable } from '../../control'
import { causes, divergenceLimit, readDivergence } from '../../reconcile'
import { instantText, iso } from './instants'
import { integerText, plainText } from './params'
import { json, jsonRoute, type Route } from './route'

const measureValue = z.union([z.number(), z.string(), z.null()])

const divergence: Route = jsonRoute({
  method: 'GET',
  path: '/pipelines/{name}/divergence',
  scope: 'read',
  summary: 'Where speed and batch differed at the same cut, by window, key and measure, with the causes',
  query: z.strictObject({
    from: instantText.optional(),
    to: instantText.optional(),
    key: plainText(0, 4_096).optional(),
    measure: plainText(1, 128).optional(),
    cause: z.enum(causes).optional(),
    limit: integerText(1, divergenceLimit.max).optional(),
    cursor: z.string().max(8_192).optional(),
  }),
  answers: {
    200: {
      says: 'A page of differing cells; difference = speed − batch, and the causes add up to it',
      schema: z.object({
        cells: z.array(
          z.object({
            windowStart: z.iso.datetime(),
            key: z.string(),
            measure: z.string(),
            speed: measureValue,
            batch: measureValue,
            difference: measureValue,
            relative: z.number(),
            causes: z.object(Object.fromEntries(causes.map((cause) => [cause, measureValue]))),
            mainCause: z.enum(causes),
            state: z.enum(['open', 'corrected', 'in_flight', 'partial']),
            version: z.int(),
          }),
        ),
        nextCursor: z.string().nullable(),
      }),
    },
  },
  async handle({ console, params, query: { key, ...query } }) {
    const { compute, compiled } = await readable(console, params.name ?? '')
    const { cells, nextCursor } = await readDivergence(console.pool, {
      compute,
      compiled,
      ...query,
      keys: key === undefined ? undefined : [key],
    })
    return json({
      cells: cells.map((cell) => ({ ...cell, windowStart: iso(cell.windowStart) })),
      nextCursor,
    })
  },
})

export const divergenceRoutes: Route[] = [divergence]
