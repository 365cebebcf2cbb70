import { inTransaction, type Pool, type PoolClient } from '../../clients'
import { deliveriesOf, newsBody } from '../notify/news-body'
import type { ChannelRecord, Delivery } from '../notify/delivery'
import { selectChannels } from '../notify/outbox-store'
import type { Book, Look, Outcome } from './book'
import { lockBook, readBook } from './book-store'
import { evaluate } from './evaluate'
import type { AlertFacts } from './facts'
import { selectRunbooks } from './facts-store'
import { judge } from './judge'
import { keepChanges, withIds, type Changes } from './keep-book'
import { rulesWith } from './rules'
import {
  selectRouteSettings,
  selectRuleChanges,
  writeWatcherMark,
  type RouteSettings,
  type RuleChanges,
} from './settings-store'
import { selectSilences } from './silence-store'
import type { SilenceRecord } from './silences'

/** What people have set, as the last round that could read it found it. */
export interface Settings {
  ruleChanges: RuleChanges
  routes: RouteSettings
  silences: SilenceRecord[]
  channels: ChannelRecord[]
  runbooks: ReadonlyMap<string, string>
}

export async function readSettings(db: Pool | PoolClient, now: number): Promise<Settings> {
  return {
    ruleChanges: await selectRuleChanges(db),
    routes: await selectRouteSettings(db),
    silences: await selectSilences(db, now),
    channels: await selectChannels(db),
    runbooks: await selectRunbooks(db),
  }
}

/** Facts and what people have set → what a round looks at, and what it does not see. */
export function lookAt(facts: AlertFacts, settings: Settings, now: number): { look: Look; blind: string[] } {
  const rules = rulesWith(settings.ruleChanges)
  const { findings, blindRules, blind } = judge(facts, rules, now)
  const { silences, routes, channels, runbooks } = settings
  const look = {
    findings,
    blindRules,
    rules,
    silences,
    runbooks,
    routes: routes.routes,
    channels: channels.map(({ name }) => name),
  }
  return { look, blind }
}

/** What an outcome changes, with its news in the form of deliveries. */
export function changesOf(
  outcome: Outcome,
  { channels, routes }: Settings,
  { now, keyOf }: { now: number; keyOf: (incident: Outcome['incidents'][number]) => string | null },
): Changes {
  const { next, incidents, events, news, dropped } = outcome
  const alerts = [...next.alerts, ...next.ended.filter(({ resolvedAt }) => resolvedAt === now)]
  const deliveries = news.flatMap((one): Delivery[] => {
    const incident = incidents.find(({ id }) => id === one.incidentId)
    if (!incident) return []
    const body = newsBody(one, incident, { alerts: next.alerts, consoleUrl: routes.consoleUrl, now })
    return deliveriesOf(one, body, { channels, dedupeKey: keyOf(incident), now })
  })
  return { alerts, incidents, events, deliveries, dropped, consoleUrl: routes.consoleUrl }
}

export interface Round {
  book: Book
  settings: Settings
  /** Something that a screen shows has changed, beside when it was last seen. */
  hasNews: boolean
}

/** A round on the store: read, decided and written in one transaction, under lock. */
export function runRound(pool: Pool, facts: AlertFacts, now: number): Promise<Round> {
  return inTransaction(pool, async (client) => {
    await lockBook(client)
    const settings = await readSettings(client, now)
    const { look, blind } = lookAt(facts, settings, now)
    const previous = await readBook(client, now)
    const outcome = evaluate(previous, look, now)
    const changes = changesOf(outcome, settings, { now, keyOf: ({ dedupeKey }) => dedupeKey })
    const ids = await keepChanges(client, { ...changes, incidents: changed(previous, outcome) })
    await writeWatcherMark(client, { at: now, blind, says: blindSays(facts, blind) })
    return { book: withIds(outcome.next, ids), settings, hasNews: hasNews(previous, outcome) }
  })
}

function blindSays({ store, log }: AlertFacts, blind: readonly string[]): string | null {
  if (store.isAway) return 'The store is away: alerts go on from memory.'
  if (blind.length === 0) return null
  return `${log.isAway ? 'The log is away. ' : ''}Not seen: ${blind.join(', ')}.`
}

/** Rows of incidents are written when they differ: others may look at them often. */
function changed(previous: Book, { incidents }: Outcome): Outcome['incidents'] {
  const before = new Map(previous.incidents.map((one) => [one.id, JSON.stringify(one)]))
  return incidents.filter((one) => before.get(one.id) !== JSON.stringify(one))
}

function hasNews(previous: Book, outcome: Outcome): boolean {
  const shown = (book: Book) =>
    JSON.stringify([
      book.alerts.map(({ lastSeenAt: _seen, ...one }) => one),
      book.incidents.map(({ told: _told, ...one }) => one),
    ])
  return outcome.events.length > 0 || shown(previous) !== shown(outcome.next)
}
