import type { Console } from '../console'
import { schemaSubjectsOf } from '../explain/schema-subjects'
import { definitionOf } from '../pipeline-info'
import { findPipeline } from '../pipeline-store'
import { listRunbooks } from '../runbooks'
import { selectRuns } from '../runbooks/run-store'
import { affectedObjectives } from './affected'
import { selectCandidateFacts } from './candidate-facts-store'
import { rankCandidates } from './candidates'
import {
  countLive,
  findIncident,
  selectAlerts,
  selectEarlier,
  selectIncidents,
  type IncidentFilter,
  type StoredIncident,
} from './incident-store'
import type { EarlierIncident, IncidentDetail, IncidentListItem, IncidentPage } from './model'
import { noIncident } from './no-incident'
import { postmortemFacts } from './postmortem-facts'
import { reconciledAt } from './reconciled-store'
import { selectTimeline } from './timeline-store'
import { variablesOf, windowsOf } from './variables'
import { emptyPostmortem, writePostmortem } from './write-postmortem'

type Deps = Pick<Console, 'pool' | 'clock'>

const timelineLimit = 500
/** How far back before the first sign a cause is looked for, and shown in the timeline. */
const lookBackMs = 6 * 3_600_000
const leadMs = 10 * 60_000
const runsLimit = 20

/** Newest first; live ones by `state: 'live'`. */
export async function listIncidents(
  { pool }: Pick<Deps, 'pool'>,
  filter: IncidentFilter,
  page: { before: number | null; limit: number },
): Promise<IncidentPage> {
  const [found, open] = await Promise.all([
    selectIncidents(pool, filter, { before: page.before, limit: page.limit + 1 }),
    countLive(pool),
  ])
  const incidents = found.slice(0, page.limit)
  return {
    incidents: incidents.map(itemOf),
    nextBefore: found.length > page.limit ? (incidents.at(-1)?.id ?? null) : null,
    open,
  }
}

const itemOf = ({ postmortem: _postmortem, ...item }: StoredIncident): IncidentListItem => item

/** An incident with all that is known of it, read from what is stored. */
export async function getIncident({ pool, clock }: Deps, id: number): Promise<IncidentDetail> {
  const stored = await findIncident(pool, id)
  if (!stored) throw noIncident(id)
  const now = clock.now()
  const alerts = await selectAlerts(pool, id)
  const item = itemOf(stored)
  const firstSignAt = Math.min(stored.openedAt, ...alerts.map(({ pendingSince }) => pendingSince))
  const { pipelines } = stored
  const end = stored.resolvedAt ?? now
  const windows = windowsOf(stored, alerts, now)
  const subjects = await subjectsOf(pool, pipelines)
  const [timeline, facts, affected, runs, earlier, runbooks, countedAt] = await Promise.all([
    selectTimeline(pool, {
      incidentId: id,
      pipelines,
      from: firstSignAt - leadMs,
      to: end + leadMs,
      limit: timelineLimit + 1,
    }),
    selectCandidateFacts(pool, {
      incidentId: id,
      pipelines,
      subjects,
      from: firstSignAt - lookBackMs,
      to: end,
    }),
    affectedObjectives(pool, stored, now),
    selectRuns(pool, { incidentId: id }, runsLimit),
    selectEarlier(pool, stored),
    fittingRunbooks(
      pool,
      stored,
      alerts.map(({ rule }) => rule),
    ),
    reconciledAt(pool, { pipelines, ...windows, since: firstSignAt }),
  ])
  const candidates = rankCandidates(facts, { cause: stored.cause, firstSignAt, pipelines })
  const { editedAt = null, editedBy = null, ...text } = stored.postmortem ?? {}
  return {
    ...item,
    at: now,
    alerts,
    timeline: timeline.slice(-timelineLimit),
    isTimelineCut: timeline.length > timelineLimit,
    candidates,
    affected,
    runbooks,
    variables: variablesOf(stored, alerts, now),
    runs,
    earlier: earlier.map(earlierOf),
    postmortem: {
      facts: postmortemFacts({
        incident: item,
        alerts,
        candidates,
        reconciledAt: countedAt,
        concernsWindows: pipelines.length > 0,
      }),
      text: { ...emptyPostmortem, ...text },
      editedAt,
      editedBy,
    },
  }
}

export const getPostmortem = async (deps: Deps, id: number): Promise<string> =>
  writePostmortem(await getIncident(deps, id))

async function subjectsOf(pool: Deps['pool'], pipelines: readonly string[]): Promise<string[]> {
  const stored = await Promise.all(pipelines.map((name) => findPipeline(pool, name)))
  return [...new Set(stored.flatMap((one) => (one ? schemaSubjectsOf(definitionOf(one)) : [])))]
}

/** The checklist fits everything; it comes last. */
async function fittingRunbooks(pool: Deps['pool'], { runbook }: StoredIncident, rules: readonly string[]) {
  const all = await listRunbooks({ pool })
  const rank = (one: (typeof all)[number]) =>
    one.name === runbook
      ? 3
      : one.rules.some((rule) => rules.includes(rule))
        ? 2
        : one.rules.includes('*')
          ? 1
          : 0
  const solvedShare = ({ solved, finished }: (typeof all)[number]) => (finished === 0 ? 0 : solved / finished)
  return all
    .filter((one) => rank(one) > 0)
    .sort((a, b) => rank(b) - rank(a) || solvedShare(b) - solvedShare(a) || (a.name < b.name ? -1 : 1))
    .map(({ name, title, version, finished, solved }) => ({ name, title, version, finished, solved }))
}

const earlierOf = ({
  runbook,
  outcome,
  ...rest
}: Awaited<ReturnType<typeof selectEarlier>>[number]): EarlierIncident => ({
  ...rest,
  runbook: runbook === null ? null : { name: runbook, outcome: outcome ?? '' },
})
