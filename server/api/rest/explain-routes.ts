import { z } from 'zod'
import {
  explain,
  explainEvents,
  explainEventsLimit,
  type CellExplanation,
  type Explanation,
} from '../../control'
import { timedRead } from '../timed-read'
import { instantText, iso, isoOrNull } from './instants'
import { integerText, plainText } from './params'
import { json, jsonRoute, type Route } from './route'

const record = z.record(z.string(), z.unknown())

const explainQuery = z.strictObject({
  windowStart: instantText,
  key: plainText(0, 512).optional(),
  measure: plainText(1, 128).optional(),
})

const explainCell: Route = jsonRoute({
  method: 'GET',
  path: '/pipelines/{name}/explain',
  scope: 'read',
  summary:
    'What a served value is made of: layers, version, cut, positions, counts, holes, comparisons, corrections. Without a key: the keys of the window',
  query: explainQuery,
  answers: { 200: { says: 'The explanation', schema: record } },
  async handle({ console, params, query }) {
    const pipeline = params.name ?? ''
    const { windowStart, key = null, measure } = query
    const found = await timedRead(console, { pipeline }, () =>
      explain(console, { pipeline, windowStart, key, measure }),
    )
    return json(explanationBody(found))
  },
})

const event = z.object({
  seq: z.int(),
  index: z.int(),
  partition: z.int(),
  time: z.iso.datetime(),
  logTime: z.iso.datetime(),
  source: z.string(),
  id: z.string(),
  data: z.string().nullable(),
  dataCut: z.boolean(),
  fate: z.string(),
  countedBy: z.enum(['both', 'speed', 'batch', 'neither']),
  served: z.boolean(),
  differs: z.boolean(),
  afterCut: z.boolean(),
  reason: z.string(),
  duplicateOf: z.object({ seq: z.int(), index: z.int() }).nullable(),
  lateByMs: z.int().nullable(),
})

const events: Route = jsonRoute({
  method: 'GET',
  path: '/pipelines/{name}/explain/events',
  scope: 'read',
  summary: 'The events behind a served value, in log order, each marked by who counted it and why',
  query: z.strictObject({
    windowStart: instantText,
    key: plainText(0, 512),
    show: z.enum(['all', 'different']).default('all'),
    limit: integerText(1, explainEventsLimit.max).default(explainEventsLimit.default),
    cursor: z.string().max(4_096).optional(),
  }),
  answers: {
    200: {
      says: 'A page of events',
      schema: z.object({
        events: z.array(event),
        counts: z.record(z.string(), z.int()),
        archivedSeq: z.int(),
        readSeq: z.int(),
        behind: z.string().nullable(),
        nextCursor: z.string().nullable(),
      }),
    },
  },
  async handle({ console, params, query, request }) {
    const { windowStart, key, show, limit, cursor } = query
    const page = await explainEvents(console, {
      pipeline: params.name ?? '',
      windowStart,
      key,
      show,
      limit,
      cursor,
      signal: request.signal,
    })
    return json({
      ...page,
      events: page.events.map((item) => ({ ...item, time: iso(item.time), logTime: iso(item.logTime) })),
    })
  },
})

function explanationBody(found: Explanation) {
  const window = {
    windowStart: iso(found.windowStart),
    windowEnd: iso(found.windowEnd),
    at: iso(found.at),
  }
  return found.kind === 'total' ? { ...found, ...window } : { ...cellBody(found), ...window }
}

function cellBody(found: CellExplanation) {
  const { version, lastReconcile } = found
  const epochBody = (part: CellExplanation['speed'][number]) => ({
    ...part,
    closedAt: isoOrNull(part.closedAt),
  })
  return {
    ...found,
    version: version && {
      ...version,
      from: iso(version.from),
      to: iso(version.to),
      settledTo: isoOrNull(version.settledTo),
      finishedAt: isoOrNull(version.finishedAt),
      publishedAt: isoOrNull(version.publishedAt),
      inForceSince: version.inForceSince && {
        ...version.inForceSince,
        at: iso(version.inForceSince.at),
      },
    },
    speed: found.speed.map(epochBody),
    replaced: found.replaced.map(epochBody),
    partitions: found.partitions.map((item) => ({ ...item, watermark: isoOrNull(item.watermark) })),
    holes: found.holes.map((hole) => ({
      ...hole,
      fromTime: isoOrNull(hole.fromTime),
      toTime: isoOrNull(hole.toTime),
    })),
    comparisons: found.comparisons.map((item) => ({
      ...item,
      at: iso(item.at),
      publishedAt: isoOrNull(item.publishedAt),
      proposal: item.proposal && { ...item.proposal, createdAt: iso(item.proposal.createdAt) },
    })),
    lastReconcile: lastReconcile && { ...lastReconcile, publishedAt: iso(lastReconcile.publishedAt) },
    definition: { ...found.definition, createdAt: iso(found.definition.createdAt) },
    corrections: found.corrections.map((item) => ({ ...item, at: iso(item.at) })),
  }
}

export const explainRoutes: Route[] = [explainCell, events]
