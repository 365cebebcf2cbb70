import { z } from 'zod'
import { readTrace, readTraces, traceStages, type TraceSummary } from '../../slo'
import { instantText, iso } from './instants'
import { integerText, plainText } from './params'
import { json, jsonRoute, type Route } from './route'

const status = z.enum(['ok', 'error'])
const kept = z.enum(['error', 'slow', 'asked', 'sampled'])
const stages = z.array(z.object({ stage: z.enum([...traceStages, 'wait']), ms: z.number() }))

const summary = z.object({
  traceId: z.string(),
  name: z.string(),
  pipeline: z.string().nullable(),
  at: z.iso.datetime(),
  durationMs: z.number(),
  status,
  kept: kept.nullable(),
  says: z.string().nullable(),
  spans: z.int(),
  stages,
})

const span = z.object({
  spanId: z.string(),
  parentId: z.string().nullable(),
  name: z.string(),
  stage: z.enum(traceStages),
  pipeline: z.string().nullable(),
  startMs: z.number().meta({ description: 'From the beginning of the trace' }),
  durationMs: z.number(),
  depth: z.int(),
  status,
  attributes: z.record(z.string(), z.unknown()),
  process: z.string(),
})

const list: Route = jsonRoute({
  method: 'GET',
  path: '/traces',
  scope: 'read',
  summary: 'Traces that were kept: newest first, or slowest first',
  query: z.strictObject({
    pipeline: plainText(1, 128).optional(),
    status: status.optional(),
    kept: kept.optional(),
    from: instantText.optional(),
    to: instantText.optional(),
    order: z.enum(['newest', 'slowest']).default('newest'),
    limit: integerText(1, 200).default(50),
  }),
  answers: { 200: { says: 'The traces', schema: z.object({ traces: z.array(summary) }) } },
  async handle({ console, query: { order, ...filter } }) {
    const traces = await readTraces(console, { ...filter, slowest: order === 'slowest' })
    return json({ traces: traces.map(summaryBody) })
  },
})

const one: Route = jsonRoute({
  method: 'GET',
  path: '/traces/{id}',
  scope: 'read',
  summary:
    'A trace (or that of a job, by its id) with its spans, parents before children; kept is null while it is open',
  query: z.strictObject({}),
  answers: {
    200: {
      says: 'The trace',
      schema: summary.extend({ spans: z.array(span), isCut: z.boolean() }),
    },
  },
  async handle({ console, params }) {
    const { at, ...trace } = await readTrace(console, params.id ?? '')
    return json({ ...trace, at: iso(Math.round(at)) })
  },
})

const summaryBody = ({ at, ...trace }: TraceSummary) => ({ ...trace, at: iso(Math.round(at)) })

export const tracesRoutes: Route[] = [list, one]
