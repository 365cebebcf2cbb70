import { inTransaction, type Pool } from '../../clients'
import { AppError, type Clock } from '../../platform'
import type { AlertView, SilenceMatch, SilenceView } from '../model'
import type { Trail } from '../objectives/model'
import { selectLiveAlerts } from './board-store'
import { endSilenceRow, insertSilence, selectSilences, silencesLimit } from './silence-store'
import { matches, occurrenceAt, silenceState, type Recurrence, type SilenceRecord } from './silences'

const longestMs = 31 * 86_400_000

interface Deps {
  pool: Pool
  clock: Clock
}

export interface NewSilence {
  kind: SilenceView['kind']
  match: SilenceMatch
  reason: string
  startsAt: number
  endsAt: number
  recurrence: Recurrence
}

export async function listSilences({ pool, clock }: Deps): Promise<SilenceView[]> {
  const now = clock.now()
  const [silences, alerts] = await Promise.all([selectSilences(pool, now), selectLiveAlerts(pool)])
  return silences.map((silence) => viewOf(silence, alerts, now))
}

function viewOf(silence: SilenceRecord, alerts: readonly AlertView[], now: number): SilenceView {
  const isInForce = occurrenceAt(silence, now) !== null
  return {
    ...silence,
    state: silenceState(silence, now),
    muting: isInForce ? alerts.filter((alert) => matches(silence.match, alert)).length : 0,
  }
}

/** Live alerts that a silence would hold back. */
export async function previewSilence({ pool }: { pool: Pool }, match: SilenceMatch): Promise<AlertView[]> {
  const alerts = await selectLiveAlerts(pool)
  return alerts.filter((alert) => matches(match, alert))
}

/** Holds notifications back; alerts stay visible. */
export async function addSilence(
  { pool, clock, trail }: Deps & { trail: Trail },
  { actor, ...input }: NewSilence & { actor: string },
): Promise<SilenceView> {
  const now = clock.now()
  refuseBad(input, now)
  return inTransaction(pool, async (client) => {
    if ((await selectSilences(client, now)).length >= silencesLimit)
      throw refused(`there are ${silencesLimit} already`, 'End those that are over')
    const id = await insertSilence(client, { ...input, actor })
    await trail(client, {
      actor,
      action: 'silence.add',
      object: String(id),
      detail: {
        kind: input.kind,
        match: { ...input.match },
        from: new Date(input.startsAt).toISOString(),
        to: new Date(input.endsAt).toISOString(),
        recurrence: input.recurrence,
        reason: input.reason,
      },
    })
    return viewOf({ ...input, id, actor }, await selectLiveAlerts(client), now)
  })
}

/** Its alerts are told of again from the next round on. */
export async function endSilence(
  { pool, trail }: Deps & { trail: Trail },
  { id, actor }: { id: number; actor: string },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const ended = await endSilenceRow(client, id, actor)
    if (!ended)
      throw new AppError('not_found', `Ending silence ${id} failed: there is none in force. Reload the list.`)
    await trail(client, {
      actor,
      action: 'silence.end',
      object: String(id),
      detail: { kind: ended.kind, match: { ...ended.match }, reason: ended.reason },
    })
  })
}

function refuseBad({ match, startsAt, endsAt, recurrence }: NewSilence, now: number): void {
  if (Object.values(match).every((value) => value === undefined))
    throw refused(
      'it would hold back every alert',
      'Name at least a rule, a pipeline, a cause, a severity or an owner',
    )
  if (startsAt >= endsAt) throw refused('it ends before it begins', 'Choose a later end')
  if (endsAt - startsAt > longestMs)
    throw refused('it is longer than 31 days', 'Choose an earlier end, or let it recur')
  if (recurrence === null && endsAt <= now) throw refused('it is over already', 'Choose a later end')
  const stepMs = recurrence && { day: 1, week: 7, month: 28 }[recurrence.every] * 86_400_000
  if (stepMs !== null && endsAt - startsAt > stepMs)
    throw refused('it would begin again before it ends', 'Make it shorter, or let it recur less often')
}

const refused = (why: string, remedy: string) =>
  new AppError('bad_request', `Adding the silence was refused: ${why}. ${remedy}.`)
