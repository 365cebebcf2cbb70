import { z } from 'zod'
import type { PlanPreview, PlanView } from '../../control'
import { iso, isoOrNull } from './instants'

const figures = z.record(z.string(), z.unknown())

const previewSchema = z.object({
  status: z.enum(['queued', 'running', 'ready', 'failed']),
  jobId: z.uuid(),
  versionIds: z.array(z.int()),
  versions: z.array(z.int()),
  epoch: z.int().nullable(),
  error: z.string().nullable(),
  diff: z
    .object({
      cells: z.int(),
      changed: z.int(),
      beyond: z.int(),
      drifting: z.int(),
      inFlight: z.int(),
      largest: z.array(figures),
      windows: z.array(figures),
      causes: figures,
    })
    .nullable(),
})

export const planSchema = z.object({
  id: z.uuid(),
  kind: z.string(),
  pipeline: z.string(),
  state: z.enum(['ready', 'expired', 'applied']),
  keys: z.array(z.string()).nullable(),
  options: figures,
  items: z.array(figures),
  notes: z.array(z.string()),
  blastRadius: z.object({
    windows: z.int(),
    keys: z.int().nullable(),
    cells: z.int(),
    consumers: z.array(z.string()),
    objectives: z.array(z.string()),
  }),
  estimate: z.object({
    seconds: z.number(),
    slowSeconds: z.number().nullable(),
    bytes: z.number(),
    events: z.number(),
    cost: z.number(),
    money: z
      .object({
        currency: z.string(),
        basis: z.string(),
        budget: z.object({ monthly: z.number(), spent: z.number() }).nullable(),
      })
      .optional(),
    basis: z.string(),
    quota: z.object({ perDay: z.number(), usedToday: z.number(), left: z.number() }).nullable(),
  }),
  expected: z.object({
    definitionVersion: z.int(),
    publication: z.int(),
    facts: z.array(z.object({ what: z.string(), value: z.unknown() })),
  }),
  preview: previewSchema.nullable(),
  needsSecond: z.boolean(),
  approvals: z.array(z.object({ by: z.string(), at: z.iso.datetime(), reason: z.string() })),
  isProposal: z.boolean(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  appliedAt: z.iso.datetime().nullable(),
  appliedBy: z.string().nullable(),
  reason: z.string().nullable(),
  jobId: z.uuid().nullable(),
})

/** A plan as REST shows it: instants are ISO 8601. */
export function planBodyOf(view: PlanView) {
  return {
    ...view,
    options: Object.fromEntries(
      Object.entries(view.options).map(([name, value]) => [
        name,
        instantOptions.has(name) && typeof value === 'number' ? iso(value) : value,
      ]),
    ),
    items: view.items.map((item) => ({ ...item, from: isoOrNull(item.from), to: isoOrNull(item.to) })),
    preview: view.preview && previewBody(view.preview),
    approvals: view.approvals.map((approval) => ({ ...approval, at: iso(approval.at) })),
    createdAt: iso(view.createdAt),
    expiresAt: iso(view.expiresAt),
    appliedAt: isoOrNull(view.appliedAt),
  }
}

const instantOptions = new Set(['runAt', 'until'])

function previewBody({ diff, ...preview }: PlanPreview) {
  return {
    ...preview,
    diff: diff && {
      ...diff,
      largest: diff.largest.map((cell) => ({ ...cell, windowStart: iso(cell.windowStart) })),
      windows: diff.windows.map((window) => ({
        ...window,
        windowStart: iso(window.windowStart),
        windowEnd: iso(window.windowEnd),
      })),
    },
  }
}
