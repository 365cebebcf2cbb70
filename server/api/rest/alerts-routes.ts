import { z } from 'zod'
import {
  addSilence,
  endSilence,
  listChannels,
  listSilences,
  readAlertBoard,
  type AlertView,
  type SilenceView,
} from '../../slo'
import { AppError } from '../../platform'
import { silenceMatch } from '../trpc/alerts-router'
import { reasonInput } from '../trpc/inputs'
import { instantText, iso, isoOrNull } from './instants'
import { json, jsonRoute, type Route } from './route'

const figures = z.record(z.string(), z.unknown())
const instant = z.iso.datetime()

const alertSchema = z.object({
  id: z.int(),
  rule: z.string(),
  severity: z.enum(['page', 'ticket']),
  state: z.enum(['pending', 'firing', 'resolved']),
  cause: z.string(),
  pipeline: z.string().nullable(),
  title: z.string(),
  says: z.string(),
  mutedBy: figures.nullable(),
  mutedUntil: instant.nullable(),
  pendingSince: instant,
  firingSince: instant.nullable(),
  resolvedAt: instant.nullable(),
  incidentId: z.int().nullable(),
})

const alertBody = (alert: AlertView) => ({
  ...alert,
  mutedUntil: isoOrNull(alert.mutedUntil),
  pendingSince: iso(alert.pendingSince),
  firingSince: isoOrNull(alert.firingSince),
  lastSeenAt: iso(alert.lastSeenAt),
  resolvedAt: isoOrNull(alert.resolvedAt),
})

const alerts: Route = jsonRoute({
  method: 'GET',
  path: '/alerts',
  scope: 'read',
  summary: 'Live alerts grouped by cause, what was resolved lately, and whether anybody watches',
  query: z.strictObject({}),
  answers: {
    200: {
      says: 'Groups, worst first; each with its alerts and the effects that it mutes',
      schema: z.object({
        at: instant,
        watcher: figures,
        groups: z.array(
          z.object({
            cause: z.string(),
            incidentId: z.int().nullable(),
            severity: z.enum(['page', 'ticket']),
            state: z.enum(['pending', 'firing', 'acknowledged', 'muted']),
            title: z.string(),
            says: z.string(),
            alerts: z.array(alertSchema),
            mutes: z.array(figures),
          }),
        ),
        resolved: z.array(alertSchema),
      }),
    },
  },
  async handle({ console }) {
    const board = await readAlertBoard(console)
    return json({
      at: iso(board.at),
      watcher: { ...board.watcher, lastEvaluatedAt: isoOrNull(board.watcher.lastEvaluatedAt) },
      groups: board.groups.map((group) => ({
        ...group,
        since: iso(group.since),
        acknowledgedAt: isoOrNull(group.acknowledgedAt),
        escalatesAt: isoOrNull(group.escalatesAt),
        mutedUntil: isoOrNull(group.mutedUntil),
        actions: group.actions.map(({ plan, ...action }) => ({
          ...action,
          ...(plan && {
            plan: {
              ...plan,
              ...(plan.from !== undefined && { from: iso(plan.from) }),
              ...(plan.to !== undefined && { to: iso(plan.to) }),
            },
          }),
        })),
        alerts: group.alerts.map(alertBody),
        mutes: group.mutes.map((one) => ({ ...one, until: isoOrNull(one.until) })),
      })),
      resolved: board.resolved.map(alertBody),
    })
  },
})

const silenceSchema = z.object({
  id: z.int(),
  kind: z.enum(['silence', 'maintenance']),
  match: figures,
  reason: z.string(),
  actor: z.string(),
  startsAt: instant,
  endsAt: instant,
  recurrence: figures.nullable(),
  state: z.enum(['pending', 'active', 'expired']),
  muting: z.int(),
})

const silenceBody = (silence: SilenceView) => ({
  ...silence,
  startsAt: iso(silence.startsAt),
  endsAt: iso(silence.endsAt),
  recurrence: silence.recurrence && { ...silence.recurrence, until: isoOrNull(silence.recurrence.until) },
})

const silences: Route = jsonRoute({
  method: 'GET',
  path: '/silences',
  scope: 'read',
  summary: 'Silences and maintenance windows, with how many live alerts each holds back',
  query: z.strictObject({}),
  answers: {
    200: { says: 'The list, latest end first', schema: z.object({ silences: z.array(silenceSchema) }) },
  },
  handle: async ({ console }) => json({ silences: (await listSilences(console)).map(silenceBody) }),
})

const add: Route = jsonRoute({
  method: 'POST',
  path: '/silences',
  scope: 'plans:write',
  summary: 'Hold notifications of matching alerts back until an instant',
  body: z.strictObject({
    kind: z.enum(['silence', 'maintenance']).default('silence'),
    match: silenceMatch,
    reason: reasonInput,
    startsAt: instantText.optional(),
    endsAt: instantText,
    recurrence: z
      .strictObject({ every: z.enum(['day', 'week', 'month']), until: instantText.nullable().default(null) })
      .nullable()
      .default(null),
  }),
  answers: { 201: { says: 'The silence', schema: silenceSchema } },
  async handle({ console, principal, body }) {
    const startsAt = body.startsAt ?? console.clock.now()
    const added = await addSilence(console, { ...body, startsAt, actor: principal?.name ?? '' })
    return json(silenceBody(added), { status: 201 })
  },
})

const end: Route = jsonRoute({
  method: 'DELETE',
  path: '/silences/{id}',
  scope: 'plans:write',
  summary: 'End a silence now',
  query: z.strictObject({}),
  answers: { 204: { says: 'It is over' } },
  async handle({ console, principal, params }) {
    const text = params.id ?? ''
    if (!/^[1-9]\d{0,8}$/.test(text))
      throw new AppError('bad_request', 'Reading the silence failed: its address is not a number from 1 on.')
    await endSilence(console, { id: Number(text), actor: principal?.name ?? '' })
    return new Response(null, { status: 204 })
  },
})

const channels: Route = jsonRoute({
  method: 'GET',
  path: '/channels',
  scope: 'read',
  summary: 'Where notifications go, without secrets',
  query: z.strictObject({}),
  answers: {
    200: {
      says: 'The channels by name',
      schema: z.object({
        channels: z.array(z.object({ id: z.int(), name: z.string(), kind: z.string(), queued: z.int() })),
      }),
    },
  },
  async handle({ console }) {
    const found = await listChannels(console)
    return json({ channels: found.map((one) => ({ ...one, lastSent: isoOrNull(one.lastSent) })) })
  },
})

export const alertsRoutes: Route[] = [alerts, silences, add, end, channels]
