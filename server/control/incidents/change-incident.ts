import { inTransaction, type PoolClient } from '../../clients'
import type { Severity } from '../../slo'
import { AppError, newId } from '../../platform'
import { announceAlerts } from '../announce'
import { audit } from '../audit'
import type { Console } from '../console'
import { definitionOf } from '../pipeline-info'
import { requirePipeline } from '../require-pipeline'
import { findRunbook } from '../runbooks/runbook-store'
import {
  insertEvent,
  insertIncident,
  lockIncident,
  updateIncident,
  type IncidentChange,
  type StoredIncident,
} from './incident-store'
import type { PostmortemText } from './model'
import { noIncident } from './no-incident'

type Deps = Pick<Console, 'pool' | 'nats' | 'clock'>

interface Act {
  id: number
  actor: string
}

interface Told {
  change: IncidentChange
  kind: string
  says: string
  /** `incident.<verb>` */
  verb: string
  detail?: Record<string, unknown>
}

/** Somebody is on it: nobody else is told, until it has lasted for the route's reminder. */
export const acknowledge = (deps: Deps, act: Act): Promise<void> =>
  change(deps, act, (incident) => {
    refuseResolved(incident, 'Acknowledging')
    if (incident.state === 'acknowledged')
      throw new AppError(
        'conflict',
        `Acknowledging the incident was refused: ${incident.acknowledgedBy ?? 'somebody'} has it already. Note what you do, or escalate it.`,
      )
    return {
      change: { state: 'acknowledged', acknowledgedBy: act.actor, escalateAt: null },
      kind: 'acknowledged',
      verb: 'acknowledge',
      says: `${act.actor} is on it.`,
    }
  })

/** Nobody is told for so long; then the next step of the route is, unless it is over. */
export const snooze = (deps: Deps, act: Act & { minutes: number; reason: string }): Promise<void> =>
  change(deps, act, (incident) => {
    refuseResolved(incident, 'Snoozing')
    const until = deps.clock.now() + act.minutes * 60_000
    return {
      change: { snoozedUntil: until, escalateAt: until },
      kind: 'snoozed',
      verb: 'snooze',
      says: `Nobody is told for ${act.minutes} min: ${act.reason}`,
      detail: { until, reason: act.reason },
    }
  })

export const note = (deps: Deps, act: Act & { text: string }): Promise<void> =>
  change(deps, act, () => ({ change: {}, kind: 'noted', verb: 'note', says: act.text }))

/** The next step of the route is told at once; who had it has it no longer. */
export const escalate = (deps: Deps, act: Act & { reason: string }): Promise<void> =>
  change(deps, act, (incident) => {
    refuseResolved(incident, 'Escalating')
    return {
      change: { state: 'open', acknowledgedBy: null, snoozedUntil: null, escalateAt: deps.clock.now() },
      kind: 'escalation asked',
      verb: 'escalate',
      says: `${act.actor} asked for more people: ${act.reason}`,
      detail: { reason: act.reason },
    }
  })

/** By hand only where nothing fires: what still fires would open it again at once. */
export const resolve = (deps: Deps, act: Act & { says: string }): Promise<void> =>
  change(deps, act, (incident) => {
    refuseResolved(incident, 'Resolving')
    if (incident.firing > 0)
      throw new AppError(
        'conflict',
        `Resolving the incident was refused: ${incident.firing === 1 ? 'an alert of it fires' : `${incident.firing} alerts of it fire`}. Mend what they say, or silence them; it resolves by itself when they end.`,
      )
    return {
      change: { state: 'resolved', resolvedBy: act.actor, escalateAt: null, snoozedUntil: null },
      kind: 'resolved',
      verb: 'resolve',
      says: act.says,
    }
  })

export const savePostmortem = (deps: Deps, act: Act & { text: PostmortemText }): Promise<void> =>
  change(deps, act, ({ postmortem }) => ({
    change: { postmortem: { ...act.text, editedAt: deps.clock.now(), editedBy: act.actor } },
    kind: 'postmortem',
    verb: 'postmortem',
    says: `${act.actor} ${postmortem ? 'changed' : 'wrote'} the postmortem.`,
    detail: { rootCauseKind: act.text.rootCauseKind },
  }))

interface Start {
  title: string
  severity: Severity
  pipelines: string[]
  says: string
  from: number | null
  to: number | null
  runbook: string | null
  actor: string
}

/** What people see and no rule does. It ends when somebody resolves it. */
export async function startIncident(deps: Deps, start: Start): Promise<number> {
  const stored = await Promise.all(start.pipelines.map((name) => requirePipeline(deps, name)))
  if (start.runbook !== null && !(await findRunbook(deps.pool, start.runbook)))
    throw new AppError(
      'not_found',
      `There is no runbook ${start.runbook.slice(0, 64)}. List the runbooks and choose one.`,
    )
  const [first] = stored
  const id = await inTransaction(deps.pool, async (client) => {
    const made = await insertIncident(client, {
      cause: `manual:${newId().slice(0, 8)}`,
      severity: start.severity,
      title: start.title,
      owner: first ? definitionOf(first).owner : null,
      pipelines: start.pipelines,
      runbook: start.runbook,
      from: start.from,
      to: start.to,
      openedBy: start.actor,
    })
    await insertEvent(client, { incidentId: made, kind: 'opened', actor: start.actor, says: start.says })
    await trail(deps, client, { id: made, actor: start.actor }, 'start', {
      title: start.title,
      severity: start.severity,
      pipelines: start.pipelines,
    })
    return made
  })
  announceAlerts(deps.nats)
  return id
}

async function change(deps: Deps, act: Act, decide: (incident: StoredIncident) => Told): Promise<void> {
  await inTransaction(deps.pool, async (client) => {
    const incident = await lockIncident(client, act.id)
    if (!incident) throw noIncident(act.id)
    const { change: wanted, kind, verb, says, detail = {} } = decide(incident)
    await updateIncident(client, act.id, wanted)
    await insertEvent(client, { incidentId: act.id, kind, actor: act.actor, says, detail })
    await trail(deps, client, act, verb, { title: incident.title, says, ...detail })
  })
  announceAlerts(deps.nats)
}

const trail = (
  { clock }: Deps,
  client: PoolClient,
  { id, actor }: Act,
  verb: string,
  detail: Record<string, unknown>,
) => audit(client, clock, { actor, action: `incident.${verb}`, object: `incident ${id}`, detail })

function refuseResolved({ state, resolvedBy }: StoredIncident, doing: string): void {
  if (state !== 'resolved') return
  throw new AppError(
    'conflict',
    `${doing} the incident was refused: it was resolved by ${resolvedBy === 'alert' ? 'the end of its alerts' : (resolvedBy ?? 'somebody')}. Start another one if it goes on.`,
  )
}
