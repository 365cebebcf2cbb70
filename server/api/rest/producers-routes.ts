import { z } from 'zod'
import { listProducers } from '../../control'
import { iso, isoOrNull } from './instants'
import { json, jsonRoute, type Route } from './route'

const producer = z.object({
  source: z.string(),
  events: z.int(),
  duplicates: z.int().nullable(),
  rejected: z.int(),
  lastAt: z.iso.datetime().nullable(),
  quarantine: z
    .object({
      since: z.iso.datetime(),
      actor: z.string(),
      reason: z.string(),
      kept: z.int(),
      releasedAt: z.iso.datetime().nullable(),
      jobId: z.uuid().nullable(),
    })
    .nullable(),
})

const list: Route = jsonRoute({
  method: 'GET',
  path: '/pipelines/{name}/producers',
  scope: 'read',
  summary: 'Who sends what the pipeline reads, and whose events are kept in quarantine',
  query: z.strictObject({}),
  answers: {
    200: {
      says: 'Producers of the last hour, in quarantine first, then by events',
      schema: z.object({
        producers: z.array(producer),
        truncated: z.boolean(),
        from: z.iso.datetime(),
        at: z.iso.datetime(),
        basis: z.string(),
      }),
    },
  },
  async handle({ console, params }) {
    const found = await listProducers(console, params.name ?? '', undefined)
    const producers = found.producers.map(({ quarantine, ...rest }) => ({
      ...rest,
      lastAt: isoOrNull(rest.lastAt),
      quarantine: quarantine && {
        ...quarantine,
        since: iso(quarantine.since),
        releasedAt: isoOrNull(quarantine.releasedAt),
      },
    }))
    return json({ ...found, producers, from: iso(found.from), at: iso(found.at) })
  },
})

export const producersRoutes: Route[] = [list]
