import type { AlertRecord, IncidentRecord, News } from '../alerts/book'
import { incidentUrl, type ChannelRecord, type Delivery, type NewsBody } from './delivery'

interface Around {
  alerts: readonly AlertRecord[]
  consoleUrl: string | null
  now: number
}

/** An incident's news, whole. */
export function newsBody(
  news: Pick<News, 'kind' | 'says' | 'severityBefore'>,
  incident: IncidentRecord,
  { alerts, consoleUrl, now }: Around,
): NewsBody {
  const members = alerts.filter(({ incidentId, state }) => incidentId === incident.id && state === 'firing')
  const {
    id,
    cause,
    severity,
    title,
    owner,
    pipelines,
    objectives,
    openedAt,
    resolvedAt,
    acknowledgedBy,
    runbook,
  } = incident
  return {
    kind: news.kind,
    says: news.says,
    at: now,
    incident: {
      id: id > 0 ? id : null,
      cause,
      severity,
      severityBefore: news.severityBefore,
      title,
      owner,
      pipelines,
      objectives,
      openedAt,
      resolvedAt,
      acknowledgedBy,
      runbook,
      url: incidentUrl(consoleUrl, id > 0 ? id : null),
    },
    alerts: members
      .filter((one) => one.cause === cause)
      .map((one) => ({ rule: one.rule, title: one.title, says: one.says, severity: one.severity })),
    mutes: members.filter((one) => one.cause !== cause).map((one) => one.title),
  }
}

/** One for each channel that is to be told and is still there. */
export function deliveriesOf(
  news: News,
  body: NewsBody,
  { channels, dedupeKey, now }: { channels: readonly ChannelRecord[]; dedupeKey: string | null; now: number },
): Delivery[] {
  return channels
    .filter(({ name }) => news.channels.includes(name))
    .map((channel) => ({
      channelId: channel.id,
      incidentId: news.incidentId,
      kind: news.kind,
      dedupeKey,
      nth: news.nth,
      body,
      state: 'queued',
      attempts: 0,
      lastError: null,
      nextAt: now,
      createdAt: now,
      sentAt: null,
    }))
}
