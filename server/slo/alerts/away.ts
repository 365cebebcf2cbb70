import { inTransaction, type Pool } from '../../clients'
import { incidentKey, uniqueKeyOf, unstoredKey, type Delivery } from '../notify/delivery'
import { afterAttempt } from '../notify/retry-plan'
import type { Send } from '../notify/send'
import type { Book, IncidentEvent } from './book'
import { lockBook } from './book-store'
import { evaluate } from './evaluate'
import type { AlertFacts } from './facts'
import { keepChanges, type Changes } from './keep-book'
import { changesOf, lookAt, type Round, type Settings } from './round'

/**
 * Rounds while the store is away: from the last book and the last routes in memory. What they decide is told at once
 * and recorded when the store is back, under the same keys, so that nobody is told twice.
 */
export class AwayRounds {
  private book: Book
  private readonly settings: Settings
  private readonly events: IncidentEvent[] = []
  private readonly deliveries: Delivery[] = []
  private readonly dropped: number[] = []
  private readonly touched = {
    alerts: new Map<number, Changes['alerts'][number]>(),
    incidents: new Map<number, Changes['incidents'][number]>(),
  }

  constructor({ book, settings }: Pick<Round, 'book' | 'settings'>) {
    this.book = book
    this.settings = settings
  }

  /** `facts` has the parts that need the store unseen. */
  async round(facts: AlertFacts, now: number, send: Send): Promise<void> {
    const { look } = lookAt(facts, this.settings, now)
    const outcome = evaluate(this.book, look, now)
    const keyOf = (incident: Changes['incidents'][number]) =>
      incident.dedupeKey ?? (incident.id < 0 ? unstoredKey(incident) : incidentKey(incident.id))
    for (const incident of outcome.incidents) incident.dedupeKey ??= keyOf(incident)
    const changes = changesOf(outcome, this.settings, { now, keyOf })
    for (const alert of changes.alerts) this.touched.alerts.set(alert.id, alert)
    for (const incident of changes.incidents) this.touched.incidents.set(incident.id, incident)
    for (const id of changes.dropped) this.touched.alerts.delete(id)
    this.dropped.push(...changes.dropped)
    this.events.push(...changes.events)
    this.deliveries.push(...changes.deliveries)
    this.book = outcome.next
    await this.deliver(now, send)
  }

  private async deliver(now: number, send: Send): Promise<void> {
    const held = new Set<string>()
    for (const delivery of this.deliveries) {
      const place = `${delivery.channelId} ${delivery.incidentId ?? ''}`
      if (delivery.state !== 'queued' || held.has(place)) continue
      held.add(place)
      const channel = this.settings.channels.find(({ id }) => id === delivery.channelId)
      if (!channel || delivery.nextAt > now) continue
      const { body, dedupeKey, incidentId } = delivery
      const sending = {
        body,
        key: dedupeKey ?? incidentKey(incidentId ?? 0),
        uniqueKey: uniqueKeyOf(delivery),
        now,
      }
      const result = await send(channel, sending)
      Object.assign(delivery, afterAttempt(delivery, result, now))
      if (result.outcome !== 'away') held.delete(place)
    }
  }

  /** Puts what happened meanwhile into the store that is back; what is unsent goes on from the outbox. */
  async record(pool: Pool): Promise<void> {
    await inTransaction(pool, async (client) => {
      await lockBook(client)
      await keepChanges(client, {
        alerts: [...this.touched.alerts.values()],
        incidents: [...this.touched.incidents.values()],
        events: this.events,
        deliveries: this.deliveries,
        dropped: this.dropped,
        consoleUrl: this.settings.routes.consoleUrl,
      })
    })
  }
}
