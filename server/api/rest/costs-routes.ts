import { z } from 'zod'
import { costLayers, readCosts, type CostAnomaly, type CostReport } from '../../control'
import { iso, isoOrNull } from './instants'
import { plainText } from './params'
import { json, jsonRoute, type Route } from './route'

const instant = z.iso.datetime()
const layers = z.record(z.enum(costLayers), z.number())

const forecast = z.object({
  amount: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  confidence: z.enum(['none', 'rough', 'good']),
  basisHours: z.number(),
  says: z.string(),
})

const budget = z
  .object({
    monthly: z.number(),
    currency: z.string(),
    isComparable: z.boolean(),
    used: z.number().nullable(),
    forecastUsed: z.number().nullable(),
    status: z.enum(['within', 'at risk', 'over', 'unknown']),
    says: z.string(),
  })
  .nullable()

const anomaly = z.object({
  pipeline: z.string(),
  hour: instant,
  amount: z.number(),
  usual: z.number(),
  points: z.int(),
  z: z.number().nullable(),
  off: z.number().nullable(),
  direction: z.enum(['above', 'below']),
  layer: z.enum(costLayers),
  isOpen: z.boolean(),
  says: z.string(),
})

const sum = z.object({
  spent: z.number(),
  layers,
  forecast,
  cpuSeconds: z.number(),
  bytesScanned: z.number(),
  bytesStored: z.number(),
  bytesProcessed: z.number(),
  events: z.number(),
  costPerTb: z.number().nullable(),
})

const report = z.object({
  at: instant,
  from: instant,
  to: instant,
  pricedAt: instant.nullable(),
  prices: z.object({
    currency: z.string(),
    cpuHour: z.number(),
    gbScanned: z.number(),
    gbStoredMonth: z.number(),
    cores: z.number().nullable(),
    since: instant,
    by: z.string().nullable(),
  }),
  cores: z.number(),
  total: sum,
  budget,
  pipelines: z.array(
    sum.extend({
      pipeline: z.string(),
      title: z.string(),
      owner: z.string(),
      tags: z.record(z.string(), z.string()),
      isRemoved: z.boolean(),
      budget,
      anomalies: z.array(anomaly),
      days: z.array(z.number()),
    }),
  ),
  unallocated: sum,
  tags: z.array(
    z.object({
      tag: z.string(),
      value: z.string(),
      spent: z.number(),
      forecast: z.number().nullable(),
      pipelines: z.array(z.string()),
    }),
  ),
  days: z.array(z.object({ day: instant, layers, spent: z.number() })),
  hours: z.array(z.object({ hour: instant, layers })),
  anomalies: z.array(anomaly),
  excluded: z.array(z.object({ currency: z.string(), amount: z.number(), from: instant, to: instant })),
  notes: z.array(z.string()),
})

const costs: Route = jsonRoute({
  method: 'GET',
  path: '/costs',
  scope: 'read',
  summary: 'A month by pipeline and layer, against budgets and with its forecast; idle is a layer of its own',
  query: z.strictObject({
    month: plainText(7, 7)
      .optional()
      .meta({ description: 'As 2026-03, UTC; without it, the month under way' }),
  }),
  answers: { 200: { says: 'The costs', schema: report } },
  handle: async ({ console, query }) => json(costsBody(await readCosts(console, query))),
})

const anomalyBody = (found: CostAnomaly) => ({ ...found, hour: iso(found.hour) })

const costsBody = (costs: CostReport): z.input<typeof report> => ({
  ...costs,
  at: iso(costs.at),
  from: iso(costs.from),
  to: iso(costs.to),
  pricedAt: isoOrNull(costs.pricedAt),
  prices: { ...costs.prices, since: iso(costs.prices.since) },
  pipelines: costs.pipelines.map((pipeline) => ({
    ...pipeline,
    anomalies: pipeline.anomalies.map(anomalyBody),
  })),
  days: costs.days.map((day) => ({ ...day, day: iso(day.day) })),
  hours: costs.hours.map(({ hour, layers: amounts }) => ({ hour: iso(hour), layers: amounts })),
  anomalies: costs.anomalies.map(anomalyBody),
  excluded: costs.excluded.map((part) => ({ ...part, from: iso(part.from), to: iso(part.to) })),
})

export const costsRoutes: Route[] = [costs]
