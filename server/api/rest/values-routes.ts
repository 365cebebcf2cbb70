import { z } from 'zod'
import { readable } from '../../control'
import { readValues, valuesLimit, type ValueCell } from '../../serving'
import { timedRead, trafficOf } from '../timed-read'
import { readSeriesView, readVersionsView } from '../views'
import { maxPointsLimit } from '../trpc/inputs'
import { instantText, iso, isoOrNull } from './instants'
import { integerText, plainText } from './params'
import { json, jsonRoute, type Route } from './route'

const measureValue = z.union([z.number(), z.string(), z.null()])
const instantOrNull = z.iso.datetime().nullable()

const valuesQuery = z.strictObject({
  from: instantText.optional(),
  to: instantText.optional(),
  key: plainText(0, 4_096).optional(),
  measure: plainText(1, 128).optional(),
  limit: integerText(1, valuesLimit.max).optional(),
  cursor: z.string().max(4_096).optional(),
  asOf: instantText.optional(),
})

const valuesAnswer = z.object({
  values: z.array(
    z.object({
      windowStart: z.iso.datetime(),
      windowEnd: z.iso.datetime(),
      key: z.string(),
      measures: z.record(z.string(), measureValue),
      completeness: z.enum(['complete', 'provisional', 'partial', 'unavailable']),
      hole: z.string().optional(),
      provenance: z.object({
        version: z.int().nullable(),
        cut: z.object({ epoch: z.int(), seqs: z.array(z.int()) }).nullable(),
        speedSeq: z.array(z.int()).nullable(),
      }),
    }),
  ),
  partial: z.array(z.object({ from: instantOrNull, to: instantOrNull, hole: z.string() })),
  boundary: instantOrNull,
  position: z.object({ seqs: z.array(z.int()), maxSeq: z.int() }),
  watermark: instantOrNull,
  nextCursor: z.string().nullable(),
})

const values: Route = jsonRoute({
  method: 'GET',
  path: '/pipelines/{name}/values',
  scope: 'read',
  summary: 'Merged values by window and key, with completeness and provenance',
  query: valuesQuery,
  answers: { 200: { says: 'A page of values', schema: valuesAnswer } },
  async handle({ console, params, query, principal, request }) {
    const pipeline = params.name ?? ''
    const traffic = trafficOf(principal, request.headers)
    const { values, partial, boundary, watermark, ...rest } = await timedRead(
      console,
      { pipeline, traffic },
      async () => {
        const { compute, compiled } = await readable(console, pipeline)
        return readValues(console.pool, { compute, compiled, ...query })
      },
    )
    return json({
      values: values.map(cellBody),
      partial: partial.map(({ from, to, hole }) => ({ from: isoOrNull(from), to: isoOrNull(to), hole })),
      boundary: isoOrNull(boundary),
      watermark: isoOrNull(watermark),
      ...rest,
    })
  },
})

const cellBody = (cell: ValueCell) => ({
  ...cell,
  windowStart: iso(cell.windowStart),
  windowEnd: iso(cell.windowEnd),
})

const series: Route = jsonRoute({
  method: 'GET',
  path: '/pipelines/{name}/series',
  scope: 'read',
  summary: 'Totals of all keys (or one) by window, both layers beside the merged figure',
  query: z.strictObject({
    from: instantText,
    to: instantText,
    key: plainText(0, 4_096).optional(),
    maxPoints: integerText(10, maxPointsLimit).default(600),
  }),
  answers: { 200: { says: 'The series', schema: z.record(z.string(), z.unknown()) } },
  async handle({ console, params, query }) {
    const { from, to, key, maxPoints } = query
    const { points, at, boundary, watermark, ...rest } = await readSeriesView(console, {
      name: params.name ?? '',
      range: { from, to },
      key,
      maxPoints,
    })
    return json({
      ...rest,
      from: iso(from),
      to: iso(to),
      boundary: isoOrNull(boundary),
      watermark: isoOrNull(watermark),
      at: iso(at),
      points: points.map((point) => ({
        ...point,
        windowStart: iso(point.windowStart),
        windowEnd: iso(point.windowEnd),
      })),
    })
  },
})

const versions: Route = jsonRoute({
  method: 'GET',
  path: '/pipelines/{name}/versions',
  scope: 'read',
  summary: 'Batch versions, newest first: where they answer, cut, digest, who and why',
  query: z.strictObject({ below: integerText(1, 2 ** 31 - 1).optional() }),
  answers: { 200: { says: 'The versions', schema: z.record(z.string(), z.unknown()) } },
  async handle({ console, params, query }) {
    const view = await readVersionsView(console, params.name ?? '', query.below)
    return json({
      ...view,
      boundary: isoOrNull(view.boundary),
      versions: view.versions.map((version) => ({
        ...version,
        version: version.number,
        from: iso(version.from),
        to: iso(version.to),
        activeRanges: version.activeRanges.map(({ from, to }) => ({ from: iso(from), to: iso(to) })),
        cut: { epoch: version.epoch, seqs: version.cut },
        who: version.createdBy,
        why: version.reason,
        startedAt: iso(version.startedAt),
        publishedAt: isoOrNull(version.publishedAt),
      })),
      publications: view.publications.map((publication) => ({ ...publication, at: iso(publication.at) })),
    })
  },
})

export const valuesRoutes: Route[] = [values, series, versions]
