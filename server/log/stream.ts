import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream'
import { nanos, type Nats } from '../clients'
import { AppError, logger } from '../platform'

export const eventsStream = 'EVENTS' as const
export const viewsStream = 'VIEWS'
export const correctionsStream = 'CORRECTIONS'
/** Events of producers in quarantine, kept aside until they are put back into the log. */
export const quarantineStream = 'QUARANTINE' as const
export const auditStream = 'AUDIT'

export interface LogLimits {
  /** Bytes the event log may hold; a full log refuses new events instead of dropping old ones. */
  maxBytes: number
  /** 0: kept until the log is full. */
  maxAgeMs: number
  maxMessageBytes: number
  duplicateWindowMs: number
  replicas: number
  /** Of a log that is made anew: what its first message is numbered, on nats-server 2.10 and newer. */
  firstSeq: number
}

export const defaultLogLimits: LogLimits = {
  maxBytes: 8 * 1024 ** 3,
  maxAgeMs: 0,
  maxMessageBytes: 1024 ** 2,
  duplicateWindowMs: 5 * 60_000,
  replicas: 1,
  firstSeq: 1,
}

/** A retention below this is refused: an archive that is away for a moment would be overtaken. */
export const smallestLogAgeMs = 3_600_000

/** Below this the log is no use; a server with less room is refused. */
const smallestLogBytes = 64 * 1024 ** 2

type Config = Partial<StreamConfig> & { name: string; subjects: string[]; max_bytes: number }

/**
 * Makes the streams; any number of processes may do it at once. An existing stream keeps the limits its
 * operator gave it, except those passed here, and gets what the log's safety rests on.
 */
export async function provisionStreams(nats: Nats, limits: Partial<LogLimits> = {}): Promise<void> {
  requireAge(limits.maxAgeMs ?? 0)
  const settings = { ...defaultLogLimits, ...limits }
  const shared = { retention: RetentionPolicy.Limits, num_replicas: settings.replicas }
  const safe = { discard: DiscardPolicy.New, deny_delete: true, deny_purge: true }
  const events: Config = {
    ...shared,
    ...safe,
    name: eventsStream,
    subjects: ['events.>'],
    storage: StorageType.File,
    ...eventLimits(settings),
    max_bytes: settings.maxBytes,
    ...(settings.firstSeq > 1 ? { first_seq: settings.firstSeq } : {}),
  }
  const views: Config = {
    ...shared,
    name: viewsStream,
    subjects: ['views.>'],
    storage: StorageType.Memory,
    discard: DiscardPolicy.Old,
    max_age: nanos(3_600_000),
    max_bytes: 128 * 1024 ** 2,
  }
  const corrections: Config = {
    ...shared,
    name: correctionsStream,
    subjects: ['corrections.>'],
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: nanos(30 * 86_400_000),
    max_bytes: 512 * 1024 ** 2,
  }
  const quarantine: Config = {
    ...shared,
    ...safe,
    name: quarantineStream,
    subjects: ['quarantine.>'],
    storage: StorageType.File,
    max_bytes: 1024 ** 3,
  }
  const audit: Config = {
    ...shared,
    name: auditStream,
    subjects: ['audit.>'],
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: nanos(90 * 86_400_000),
    max_bytes: 256 * 1024 ** 2,
  }
  const copies = limits.replicas === undefined ? {} : { num_replicas: limits.replicas }
  await provision(nats, events, { ...safe, ...eventLimits(limits), ...copies })
  await provision(nats, views, copies)
  await provision(nats, corrections, copies)
  await provision(nats, quarantine, { ...safe, ...copies })
  await provision(nats, audit, copies)
}

const eventLimits = (limits: Partial<LogLimits>): Partial<StreamConfig> => ({
  ...(limits.maxBytes === undefined ? {} : { max_bytes: limits.maxBytes }),
  ...(limits.maxAgeMs === undefined ? {} : { max_age: nanos(limits.maxAgeMs) }),
  ...(limits.maxMessageBytes === undefined ? {} : { max_msg_size: limits.maxMessageBytes }),
  ...(limits.duplicateWindowMs === undefined ? {} : { duplicate_window: nanos(limits.duplicateWindowMs) }),
})

function requireAge(maxAgeMs: number): void {
  if (maxAgeMs === 0 || maxAgeMs >= smallestLogAgeMs) return
  throw new AppError(
    'bad_request',
    `Setting the log's retention to ${Math.round(maxAgeMs / 1000)} s was refused: events could be dropped before they are archived. Set ${smallestLogAgeMs / 3_600_000} h or more, or 0 to keep them until the log is full.`,
  )
}

/** How long the log keeps a message; 0: until it is full. */
export async function setLogAge(nats: Nats, maxAgeMs: number): Promise<void> {
  requireAge(maxAgeMs)
  await nats.jsm.streams.update(eventsStream, { max_age: nanos(maxAgeMs) }).catch((error: unknown) => {
    throw refused(eventsStream, error)
  })
}

const streamNotFound = 10059
const streamNameInUse = 10058
const notEnoughRoom = new Set([10023, 10047, 10028])

/** A server reserves `max_bytes` when the stream is made: with less room the limit is halved until it fits. */
async function provision(nats: Nats, config: Config, required: Partial<StreamConfig>): Promise<void> {
  if (await update(nats, config, required)) return
  for (let bytes = config.max_bytes; ; bytes = Math.floor(bytes / 2)) {
    try {
      await nats.jsm.streams.add({ ...config, max_bytes: bytes })
      if (bytes < config.max_bytes) {
        logger('log').warn(
          { stream: config.name, bytes, wanted: config.max_bytes },
          'less room than configured',
        )
      }
      if (config.first_seq !== undefined) await update(nats, config, required)
      return
    } catch (error) {
      const code = apiCode(error)
      if (code === streamNameInUse && (await update(nats, config, required))) return
      if (code === undefined || !notEnoughRoom.has(code) || bytes / 2 < smallestLogBytes) {
        throw refused(config.name, error)
      }
    }
  }
}

/** False when there is no such stream. */
async function update(nats: Nats, config: Config, required: Partial<StreamConfig>): Promise<boolean> {
  const found = await nats.jsm.streams.info(config.name).then(
    (info) => info.config,
    (error: unknown) => {
      if (apiCode(error) === streamNotFound) return null
      throw refused(config.name, error)
    },
  )
  if (!found) return false
  if (found.retention !== RetentionPolicy.Limits) {
    throw new AppError(
      'conflict',
      `Preparing the stream ${config.name} failed: it exists with the retention ${found.retention}, under which messages vanish when they are read. Remove it, or use another account.`,
    )
  }
  const wanted: Partial<StreamConfig> = { ...required, subjects: config.subjects }
  // It is for the making only: nats-server 2.10 drops all messages of a stream that still has it at a restart.
  if (found.first_seq > 1) wanted.first_seq = 0
  const differs = Object.entries(wanted).some(
    ([key, value]) => JSON.stringify(found[key as keyof StreamConfig]) !== JSON.stringify(value),
  )
  if (!differs) return true
  await nats.jsm.streams.update(config.name, wanted).catch((error: unknown) => {
    throw refused(config.name, error)
  })
  return true
}

const apiCode = (error: unknown) => (error instanceof JetStreamApiError ? error.code : undefined)

function refused(stream: string, error: unknown): AppError {
  const why = error instanceof Error ? error.message : String(error)
  return new AppError(
    'unavailable',
    `Preparing the stream ${stream} failed: ${why}. Check that JetStream has storage left and that this user may manage streams.`,
    { cause: error },
  )
}

export interface StreamState {
  /** Sequence of the first message still held; lastSeq + 1 when there is none. */
  firstSeq: number
  lastSeq: number
  messages: number
  bytes: number
  maxBytes: number
  maxAgeMs: number
  /** Servers that hold it. */
  copies: number
  /** Log time of the first and last message, epoch ms; null when empty. */
  firstAt: number | null
  lastAt: number | null
}

export async function streamState(nats: Nats, stream: string = eventsStream): Promise<StreamState> {
  const { state, config } = await nats.jsm.streams.info(stream).catch((error: unknown) => {
    throw new AppError(
      'unavailable',
      `Reading the state of the log failed: ${error instanceof Error ? error.message : String(error)}. Check that nats-server runs.`,
      { cause: error, retryAfterS: 5 },
    )
  })
  const empty = state.messages === 0
  return {
    firstSeq: empty ? state.last_seq + 1 : state.first_seq,
    lastSeq: state.last_seq,
    messages: state.messages,
    bytes: state.bytes,
    maxBytes: config.max_bytes,
    maxAgeMs: Math.round(config.max_age / 1_000_000),
    copies: config.num_replicas,
    firstAt: empty ? null : Date.parse(state.first_ts),
    lastAt: empty ? null : Date.parse(state.last_ts),
  }
}

export interface LogIdentity {
  /** When the stream was made, as the server says it. */
  created: string
  firstSeq: number
  lastSeq: number
}

/** What tells one log from another. */
export async function readLogIdentity(nats: Nats): Promise<LogIdentity> {
  const { created, state } = await nats.jsm.streams.info(eventsStream)
  const isEmpty = state.messages === 0
  return { created, firstSeq: isEmpty ? state.last_seq + 1 : state.first_seq, lastSeq: state.last_seq }
}
