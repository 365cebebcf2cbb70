import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream'
import {
  connect,
  credsAuthenticator,
  usernamePasswordAuthenticator,
  type NatsConnection,
} from '@nats-io/transport-node'
import { readFile } from 'node:fs/promises'
import { AppError, logger } from '../platform'

// What publishing and subscribing need beside the connection; the driver itself stays in this room.
export { createInbox, headers as newHeaders, nanos } from '@nats-io/transport-node'

export interface NatsOptions {
  /** One server or several, separated by commas; user and password, where it holds them, are those of the first. */
  url: string
  /** Path of a .creds file. */
  creds?: string
  /** Shown in the server's connection list. */
  name: string
}

export interface Nats {
  nc: NatsConnection
  js: JetStreamClient
  jsm: JetStreamManager
  /** Flushes what is pending and closes. */
  close(): Promise<void>
}

/** Connects and keeps reconnecting for ever: what to do while the log is away is decided above. */
export async function openNats({ url, creds, name }: NatsOptions): Promise<Nats> {
  const nc = await connect({
    servers: withoutPassword(url)
      .split(',')
      .map((server) => server.trim()),
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    reconnectJitter: 200,
    // A connection whose packets vanish is left within 12 s.
    pingInterval: 4_000,
    maxPingOut: 2,
    ...(await authenticatorOf(url, creds)),
  }).catch((error: unknown) => {
    throw new AppError(
      'unavailable',
      `Connecting to NATS at ${withoutPassword(url)} failed: ${message(error)}. Check that the server runs and that NATS_URL and NATS_CREDS are right.`,
      { cause: error },
    )
  })
  void report(nc, name)
  try {
    return { nc, js: jetstream(nc), jsm: await jetstreamManager(nc), close: () => close(nc) }
  } catch (error) {
    await nc.close()
    throw new AppError(
      'unavailable',
      `Opening JetStream at ${withoutPassword(url)} failed: ${message(error)}. Start nats-server with -js (jetstream enabled).`,
      { cause: error },
    )
  }
}

/** The driver itself takes no user from a URL. */
async function authenticatorOf(url: string, creds: string | undefined) {
  if (creds !== undefined) return { authenticator: credsAuthenticator(await readFile(creds)) }
  const userInfo = /\/\/([^@/,]*)@/.exec(url)?.[1]
  if (userInfo === undefined) return {}
  const [user = '', ...password] = userInfo.split(':')
  return {
    authenticator: usernamePasswordAuthenticator(
      decodeURIComponent(user),
      decodeURIComponent(password.join(':')),
    ),
  }
}

async function report(nc: NatsConnection, name: string): Promise<void> {
  const log = logger('nats')
  for await (const status of nc.status()) {
    if (status.type === 'disconnect' || status.type === 'reconnect' || status.type === 'error') {
      log.info({ connection: name, status }, `NATS ${status.type}`)
    }
  }
}

async function close(nc: NatsConnection): Promise<void> {
  if (nc.isClosed()) return
  await nc.drain().catch(() => nc.close())
}

const withoutPassword = (url: string) => url.replace(/\/\/[^@/,]*@/g, '//')
const message = (error: unknown) => (error instanceof Error ? error.message : String(error))
