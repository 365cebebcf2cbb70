import type { PlanView } from '@/server/api'

/** A plan of nothing in particular, for tests. */
export const aPlan = (over: Partial<PlanView> = {}): PlanView => ({
  id: 'plan',
  kind: 'backfill',
  pipeline: 'departures',
  state: 'ready',
  keys: null,
  options: {},
  items: [],
  notes: [],
  blastRadius: { windows: 0, keys: null, cells: 0, consumers: [], objectives: [] },
  estimate: { seconds: 1, slowSeconds: null, bytes: 0, events: 0, cost: 0, basis: '', quota: null },
  expected: { definitionVersion: 1, publication: 4, facts: [] },
  preview: null,
  needsSecond: false,
  approvals: [],
  isProposal: false,
  createdBy: 'a',
  createdAt: 1_000,
  expiresAt: 900_000,
  appliedAt: null,
  appliedBy: null,
  reason: null,
  jobId: null,
  ...over,
})

export const anItem = (over: Partial<PlanView['items'][number]> = {}): PlanView['items'][number] => ({
  id: '1',
  label: '',
  from: 0,
  to: 10,
  windows: 1,
  activeVersions: [],
  becomesVersion: null,
  cells: 1,
  before: null,
  after: null,
  ...over,
})
