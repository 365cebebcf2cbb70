import { z } from 'zod'
import { exportAudit, getAuditEntry, listDeadLetters, searchAudit, verifyAudit } from '../../control'
import { AppError } from '../../platform'
import { pageLimit } from '../trpc/inputs'
import { instantText, iso } from './instants'
import { integerText, plainText } from './params'
import { json, jsonRoute, type Route } from './route'
import { textStream } from './text-stream'

const page = {
  before: integerText(1, Number.MAX_SAFE_INTEGER).optional(),
  limit: integerText(1, pageLimit).default(100),
}

const name = plainText(1, 200).optional()

const filter = {
  actor: name,
  action: name.meta({ description: 'An action, or its noun: plan finds plan.apply' }),
  object: name,
  text: name.meta({ description: 'Anywhere in actor, action, object or detail' }),
  from: instantText.optional(),
  to: instantText.optional(),
}

const entry = z.object({
  seq: z.int(),
  at: z.iso.datetime(),
  actor: z.string(),
  action: z.string(),
  object: z.string(),
  detail: z.unknown(),
  hash: z.string(),
})

const audit: Route = jsonRoute({
  method: 'GET',
  path: '/audit',
  scope: 'read',
  summary: 'Search the audit trail, newest first',
  query: z.strictObject({ ...page, ...filter }),
  answers: {
    200: {
      says: 'A page of entries; nextBefore goes on where it ends',
      schema: z.object({
        entries: z.array(entry),
        nextBefore: z.int().nullable(),
        searchedTo: z.int().nullable(),
      }),
    },
  },
  async handle({ console, query: { before = null, limit, ...wanted } }) {
    const found = await searchAudit(console, wanted, { before, limit })
    return json({ ...found, entries: found.entries.map((one) => ({ ...one, at: iso(one.at) })) })
  },
})

const one: Route = jsonRoute({
  method: 'GET',
  path: '/audit/entries/{seq}',
  scope: 'read',
  summary: 'An audit entry, and whether its hash still holds',
  query: z.strictObject({}),
  answers: {
    200: {
      says: 'The entry',
      schema: entry.extend({ prevHash: z.string(), isWhole: z.boolean() }),
    },
  },
  async handle({ console, params }) {
    const text = params.seq ?? ''
    if (!/^[1-9]\d{0,14}$/.test(text))
      throw new AppError('bad_request', 'Reading the entry failed: its address is not a number from 1 on.')
    const found = await getAuditEntry(console, Number(text))
    return json({ ...found, at: iso(found.at) })
  },
})

const verification: Route = jsonRoute({
  method: 'GET',
  path: '/audit/verification',
  scope: 'read',
  summary: 'Reads the whole trail against its hashes; brokenAt names the first entry that does not match',
  query: z.strictObject({}),
  answers: {
    200: {
      says: 'The result',
      schema: z.object({
        entries: z.int(),
        brokenAt: z.int().nullable(),
        why: z.enum(['changed', 'missing', 'out of order']).nullable(),
        head: z.object({ seq: z.int(), hash: z.string() }).nullable(),
      }),
    },
  },
  handle: async ({ console }) => json(await verifyAudit(console)),
})

const contentTypes = { csv: 'text/csv; charset=utf-8; header=present', ndjson: 'application/x-ndjson' }

/** Streamed as it is read: an export of any length holds one page in memory. */
const exported: Route = jsonRoute({
  method: 'GET',
  path: '/audit/export',
  scope: 'read',
  summary:
    'The audit trail as a file, oldest first, with hashes; NDJSON without a filter proves the chain elsewhere',
  query: z.strictObject({ format: z.enum(['csv', 'ndjson']).default('ndjson'), ...filter }),
  answers: { 200: { says: 'One entry a line; parallax-audit-head is what the last one must be' } },
  async handle({ console, query: { format, ...wanted } }) {
    const { head, chunks } = await exportAudit(console, wanted, format)
    const headers = new Headers({
      'content-type': contentTypes[format],
      'content-disposition': `attachment; filename="parallax-audit.${format}"`,
      'cache-control': 'no-store',
    })
    if (head) headers.set('parallax-audit-head', `${head.seq}:${head.hash}`)
    return new Response(textStream(chunks), { headers })
  },
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

export const trailRoutes: Route[] = [audit, one, verification, exported, deadLetters]
