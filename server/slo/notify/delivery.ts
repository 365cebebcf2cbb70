import type { ChannelKind, Severity } from '../model'

/** What a notification tells, whole: the outbox keeps it, every channel makes its own form of it. */
export interface NewsBody {
  kind: DeliveryKind
  /** What is new, in a sentence. */
  says: string
  at: number
  incident: {
    /** Null: not known yet, the store is away. */
    id: number | null
    cause: string
    severity: Severity
    severityBefore: Severity | null
    title: string
    owner: string | null
    pipelines: string[]
    objectives: string[]
    openedAt: number
    resolvedAt: number | null
    acknowledgedBy: string | null
    runbook: string | null
    /** Null: nobody said where the console is. */
    url: string | null
  }
  alerts: { rule: string; title: string; says: string; severity: Severity }[]
  /** Titles of effects that are not told of by themselves. */
  mutes: string[]
}

export type DeliveryKind =
  'trigger' | 'escalate' | 'update' | 'acknowledge' | 'resolve' | 'test' | 'heartbeat'

/** A channel with what it takes to use it. */
export interface ChannelRecord {
  id: number
  name: string
  kind: ChannelKind
  settings: Record<string, unknown>
  secret: string | null
}

/** A notification for one channel. */
export interface Delivery {
  channelId: number
  incidentId: number | null
  kind: DeliveryKind
  /** The receiver's: one per incident. Null: made of the incident's id, once it is stored. */
  dedupeKey: string | null
  /** With the incident's id, unique: the same news is not queued twice. */
  nth: string
  body: NewsBody
  state: 'queued' | 'sent' | 'failed'
  attempts: number
  lastError: string | null
  nextAt: number
  createdAt: number
  sentAt: number | null
}

export const uniqueKeyOf = ({
  channelId,
  incidentId,
  kind,
  nth,
}: Pick<Delivery, 'channelId' | 'incidentId' | 'kind' | 'nth'>): string =>
  `${channelId}:${incidentId ?? ''}:${kind}:${nth}`

/** How receivers know an incident. */
export const incidentKey = (id: number): string => `parallax-incident-${id}`

/** The same from any process that finds it while nothing can be stored. */
export const unstoredKey = ({ cause, openedAt }: { cause: string; openedAt: number }): string =>
  `parallax-${cause.replaceAll(/[^\w.-]/g, '-')}-${Math.floor(openedAt / 60_000)}`

export const incidentUrl = (consoleUrl: string | null, id: number | null): string | null =>
  consoleUrl === null || id === null ? null : `${consoleUrl.replace(/\/$/, '')}/incidents/${id}`
