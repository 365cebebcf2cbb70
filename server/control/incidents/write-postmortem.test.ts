import { expect, it } from 'vitest'
import type { IncidentDetail } from './model'
import { emptyPostmortem, writePostmortem } from './write-postmortem'

const at = Date.UTC(2026, 0, 31, 8)
const minute = 60_000

const incident: IncidentDetail = {
  id: 7,
  cause: 'speed:departures',
  severity: 'page',
  state: 'resolved',
  title: 'The speed layer of departures | stands still',
  says: '1,200 events wait.',
  owner: 'network-ops',
  pipelines: ['departures'],
  objectives: ['departures.freshness'],
  runbook: 'f2-speed-lag',
  from: at,
  to: at + 20 * minute,
  openedAt: at + minute,
  openedBy: 'alert',
  acknowledgedAt: at + 3 * minute,
  acknowledgedBy: 'ada@example.org',
  resolvedAt: at + 20 * minute,
  resolvedBy: 'alert',
  snoozedUntil: null,
  escalation: 1,
  escalateAt: null,
  firing: 0,
  at: at + 60 * minute,
  alerts: [],
  timeline: [
    {
      at: at + 2 * minute,
      source: 'incident',
      kind: 'noted',
      actor: 'ada@example.org',
      says: 'looking | [here](https://example.org) <b>now</b>',
      href: null,
    },
  ],
  isTimelineCut: false,
  candidates: [
    {
      kind: 'paused',
      title: 'The speed layer of departures was paused',
      says: 'by bob',
      at,
      pipeline: 'departures',
      weight: 1,
      fit: 'strong',
      href: null,
    },
  ],
  affected: [
    {
      id: 'departures.freshness',
      title: 'Fresh',
      pipeline: 'departures',
      target: 0.99,
      status: 'burning',
      budgetLeft: 0.9,
      bad: 120,
      total: 1_000,
      budgetUsed: 0.1,
    },
  ],
  runbooks: [],
  variables: { from: '2026-01-31T08:00:00.000Z', to: '2026-01-31T08:20:00.000Z' },
  runs: [],
  earlier: [],
  postmortem: {
    facts: {
      layer: { name: 'speed', why: 'Events waited.' },
      firstSignAt: at,
      detectedAt: at + minute,
      timeToDetectMs: minute,
      timeToAcknowledgeMs: 2 * minute,
      reconciledAt: at + 40 * minute,
      timeToReconcileMs: 40 * minute,
      timeToResolveMs: 19 * minute,
      says: { reconcile: 'Batch has counted all affected windows again.' },
    },
    text: { ...emptyPostmortem, rootCauseKind: 'process', rootCause: 'Somebody forgot to resume it.' },
    editedAt: null,
    editedBy: null,
  },
}

it('answers every point of the review list from data and from what people wrote', () => {
  const text = writePostmortem(incident)
  for (const line of [
    '## Which layer failed, and why',
    '**speed**. Events waited.',
    '| Detected | 2026-01-31 08:01:00 | 60 s |',
    '| Reconciled | 2026-01-31 08:40:00 | 40 min 0 s |',
    '| departures.freshness | 99 % | 120 of 1,000 | 10 % | 90 % |',
    'Kind: process',
    'Somebody forgot to resume it.',
    '- 2026-01-31 08:00:00 The speed layer of departures was paused: by bob (strong)',
    'No runbook was carried out.',
  ])
    expect(text).toContain(line)
})

it('shows what came from outside as text, not as markup', () => {
  const text = writePostmortem(incident)
  expect(text).toContain('looking \\| \\[here\\](https://example.org) \\<b\\>now\\</b\\>')
})
