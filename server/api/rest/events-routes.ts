import { z } from 'zod'
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
  async run({ console, request }) {
    const body = await readBody(request, bodyLimits.events)
    const headers = Object.fromEntries(request.headers)
    const result = await console.gateway.ingest(request.headers.get('content-type') ?? '', headers, body)
    return json(result, { status: 202 })
  },
}

export const eventsRoutes: Route[] = [postEvents]
