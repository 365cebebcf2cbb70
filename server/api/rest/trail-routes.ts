import { z } from 'zod'
import { listAudit, listDeadLetters, verifyAudit } from '../../control'
import { pageLimit } from '../trpc/inputs'
import { iso } from './instants'
import { integerText, plainText } from './params'
import { json, jsonRoute, type Route } from './route'

const page = {
  before: integerText(1, Number.MAX_SAFE_INTEGER).optional(),
  limit: integerText(1, pageLimit).default(100),
}

const audit: Route = jsonRoute({
  method: 'GET',
  path: '/audit',
  scope: 'read',
  summary: 'The audit trail, newest first',
  query: z.strictObject(page),
  answers: {
    200: {
      says: 'A page of entries',
      schema: z.object({ entries: z.array(z.unknown()), nextBefore: z.int().nullable() }),
    },
  },
  async handle({ console, query }) {
    const { before = null, limit } = query
    const entries = await listAudit(console, { before, limit })
    return json({
      entries: entries.map((entry) => ({ ...entry, at: iso(entry.at) })),
      nextBefore: entries.length === limit ? (entries.at(-1)?.seq ?? null) : null,
    })
  },
})

const verification: Route = jsonRoute({
  method: 'GET',
  path: '/audit/verification',
  scope: 'read',
  summary: 'Reads the whole trail against its hashes; brokenAt names the first entry that does not match',
  query: z.strictObject({}),
  answers: {
    200: { says: 'The result', schema: z.object({ entries: z.int(), brokenAt: z.int().nullable() }) },
  },
  handle: async ({ console }) => json(await verifyAudit(console)),
})

const deadLetters: Route = jsonRoute({
  method: 'GET',
  path: '/dead-letters',
  scope: 'read',
  summary: 'Events that came by NATS and could not be taken in, newest first',
  query: z.strictObject({ ...page, code: plainText(1, 64).optional() }),
  answers: {
    200: { says: 'A page of dead letters', schema: z.object({ deadLetters: z.array(z.unknown()) }) },
  },
  async handle({ console, query }) {
    const { before = null, limit, code = null } = query
    const letters = await listDeadLetters(console, { before, limit, code })
    return json({
      deadLetters: letters.map((letter) => ({ ...letter, at: iso(letter.at) })),
      nextBefore: letters.length === limit ? (letters.at(-1)?.seq ?? null) : null,
    })
  },
})

export const trailRoutes: Route[] = [audit, verification, deadLetters]
