import type { PoolClient } from '../../clients'
import { incidentKey, incidentUrl, type Delivery } from '../notify/delivery'
import { queueDeliveries } from '../notify/outbox-store'
import type { AlertRecord, Book, IncidentEvent, IncidentRecord } from './book'
import { dropAlerts, readTaken, reserveIds, writeAlerts, writeEvents, writeIncidents } from './book-store'
import { byAlert } from './group'

/** What rounds have changed and is not stored yet. Ids below zero are of rows to be made. */
export interface Changes {
  alerts: AlertRecord[]
  incidents: IncidentRecord[]
  events: IncidentEvent[]
  deliveries: Delivery[]
  dropped: number[]
  /** For the links of notifications. */
  consoleUrl: string | null
}

/** Writes changes; what would stand twice beside a live row is taken for that row. Resolves to stored ids by made ones. */
export async function keepChanges(
  client: PoolClient,
  changes: Changes,
): Promise<ReadonlyMap<number, number>> {
  const fresh = {
    alerts: changes.alerts.filter(({ id }) => id < 0),
    incidents: changes.incidents.filter(({ id }) => id < 0),
  }
  const taken = await readTaken(client, {
    causes: fresh.incidents.filter(({ state }) => state !== 'resolved').map(({ cause }) => cause),
    fingerprints: fresh.alerts
      .filter(({ state }) => state !== 'resolved')
      .map(({ fingerprint }) => fingerprint),
  })
  const ids = new Map<number, number>([
    ...(await idsFor(client, 'incident', fresh.incidents, ({ cause, state }) =>
      state === 'resolved' ? undefined : taken.incidents.get(cause),
    )),
    ...(await idsFor(client, 'alert', fresh.alerts, ({ fingerprint, state }) =>
      state === 'resolved' ? undefined : taken.alerts.get(fingerprint),
    )),
  ])
  const idOf = (id: number) => ids.get(id) ?? id
  await writeIncidents(
    client,
    changes.incidents.map((one) => ({ ...one, id: idOf(one.id) })),
  )
  await writeAlerts(
    client,
    changes.alerts.map((one) => alertWith(one, idOf)),
  )
  await dropAlerts(
    client,
    changes.dropped.filter((id) => id > 0),
  )
  await writeEvents(
    client,
    changes.events.map((one) => ({ ...one, incidentId: idOf(one.incidentId) })),
    byAlert,
  )
  await queueDeliveries(
    client,
    changes.deliveries.map((one) => deliveryWith(one, idOf, changes.consoleUrl)),
  )
  return ids
}

async function idsFor<T extends { id: number }>(
  client: PoolClient,
  table: 'alert' | 'incident',
  made: readonly T[],
  standing: (one: T) => number | undefined,
): Promise<[number, number][]> {
  const reserved = await reserveIds(client, table, made.filter((one) => standing(one) === undefined).length)
  return made.map((one) => [one.id, standing(one) ?? (reserved.shift() as number)])
}

function alertWith(alert: AlertRecord, idOf: (id: number) => number): AlertRecord {
  const { mutedBy, incidentId } = alert
  return {
    ...alert,
    id: idOf(alert.id),
    incidentId: incidentId === null ? null : idOf(incidentId),
    mutedBy: mutedBy?.kind === 'alert' ? { ...mutedBy, id: idOf(mutedBy.id) } : mutedBy,
  }
}

function deliveryWith(delivery: Delivery, idOf: (id: number) => number, consoleUrl: string | null): Delivery {
  if (delivery.incidentId === null) return delivery
  const id = idOf(delivery.incidentId)
  const incident = { ...delivery.body.incident, id, url: incidentUrl(consoleUrl, id) }
  return {
    ...delivery,
    incidentId: id,
    dedupeKey: delivery.dedupeKey ?? incidentKey(id),
    body: { ...delivery.body, incident },
  }
}

/** The book with stored ids in place of made ones. */
export function withIds(book: Book, ids: ReadonlyMap<number, number>): Book {
  const idOf = (id: number) => ids.get(id) ?? id
  return {
    alerts: book.alerts.map((one) => alertWith(one, idOf)),
    ended: book.ended.map((one) => alertWith(one, idOf)),
    incidents: book.incidents.map((one) => ({ ...one, id: idOf(one.id) })),
  }
}
