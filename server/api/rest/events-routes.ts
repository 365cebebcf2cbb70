import { z } from 'zod'
import { admissionOf } from '../admission'
import { bodyLimits, readBody } from './body'
import { json, type Route } from './route'

const types = ['application/cloudevents+json', 'application/cloudevents-batch+json', 'application/x-ndjson']

const accepted = z.object({
  accepted: z.int(),
  duplicates: z.int(),
  quarantined: z.int().optional(),
  rejected: z.array(
    z.object({ index: z.int(), id: z.string().nullable(), code: z.string(), message: z.string() }),
  ),
})

/** 202 only after the log has them: the gateway resolves when every accepted event is acknowledged. */
const postEvents: Route = {
  method: 'POST',
  path: '/events',
  scope: 'events:write',
  summary: 'Append CloudEvents: structured, batch, one a line, or binary (ce-* headers)',
  body: { schema: z.unknown(), types },
  answers: { 202: { says: 'The log has the accepted events', schema: accepted } },
  async run({ console, request, principal }) {
    if (principal === null) throw new Error('the route of events needs a scope')
    const result = await admissionOf(console).takeEvents({ principal, bytes: sizeOf(request) }, async () => {
      const body = await readBody(request, bodyLimits.events, { gzip: true })
      const headers = Object.fromEntries(request.headers)
      const type = request.headers.get('content-type') ?? ''
      const answer = await console.gateway.ingest(type, headers, body)
      return { events: answer.accepted + answer.duplicates + answer.rejected.length, answer }
    })
    return json(result, { status: 202 })
  },
}

/** What a body will hold as far as it says; one that does not say, or is compressed, may be of any size. */
function sizeOf({ headers }: Request): number {
  const said = Number(headers.get('content-length') ?? Number.NaN)
  return headers.has('content-encoding') || !(said >= 0) ? bodyLimits.events : said
}

export const eventsRoutes: Route[] = [postEvents]
