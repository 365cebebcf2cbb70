import path from 'node:path'
import { AppError } from './errors'
import { projectRoot } from './project-root'

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export interface Env {
  port: number
  /** Address to listen on; loopback unless said otherwise. */
  host?: string
  /** Absolute. Embedded services, archive and logs live below it. */
  dataDir: string
  logLevel: LogLevel
  /** Absolute. The archive's folder where it is not below `dataDir`: shared by all machines that run workers. */
  archiveDir?: string
  /** Where the API answers, for roles that run without a web process beside them. */
  apiUrl?: string
  /** Where a role without a web server answers /healthz and /readyz. */
  healthPort?: number
  /** Copies of each stream in a NATS cluster. */
  logReplicas?: number
  natsUrl?: string
  natsCreds?: string
  databaseUrl?: string
  adminEmail?: string
  adminPassword?: string
  apiToken?: string
  otlpEndpoint?: string
  natsServerBin?: string
  /** What the batch engine may take, in MiB. */
  batchMemoryMb?: number
  /** Addresses and ranges of our own proxies, whose word on a client's address and https is taken. */
  trustedProxies?: string
  /** Rates of one principal at one web process; the limits say what holds without them. */
  requestsPerS?: number
  eventsPerS?: number
  /** Notification channels that ask for it may reach private and loopback addresses. */
  allowInternal?: boolean
  /** How nats-server syncs its writes: the supervisor sets it for its own; declare it for yours. */
  natsSync?: 'always' | 'default'
}

const optional = {
  host: 'PARALLAX_HOST',
  natsUrl: 'NATS_URL',
  natsCreds: 'NATS_CREDS',
  databaseUrl: 'DATABASE_URL',
  adminEmail: 'PARALLAX_ADMIN_EMAIL',
  adminPassword: 'PARALLAX_ADMIN_PASSWORD',
  apiToken: 'PARALLAX_API_TOKEN',
  otlpEndpoint: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  natsServerBin: 'NATS_SERVER_BIN',
  trustedProxies: 'PARALLAX_TRUSTED_PROXIES',
  apiUrl: 'PARALLAX_URL',
} as const

const rates = { requestsPerS: 'PARALLAX_REQUESTS_PER_S', eventsPerS: 'PARALLAX_EVENTS_PER_S' } as const

/** The environment, checked. A variable that is set but empty counts as not set. */
export function readEnv(source: Readonly<Record<string, string | undefined>> = process.env): Env {
  const set = (name: string): string | undefined => source[name]?.trim() || undefined
  const env: Env = {
    port: readPort(set('PORT') ?? '3000'),
    dataDir: path.resolve(
      /*turbopackIgnore: true*/ set('PARALLAX_DATA_DIR') ?? path.join(projectRoot(), '.parallax'),
    ),
    logLevel: readLogLevel(set('PARALLAX_LOG_LEVEL') ?? 'info'),
  }
  for (const [field, name] of Object.entries(optional) as [keyof typeof optional, string][]) {
    const value = set(name)
    if (value !== undefined) env[field] = value
  }
  const memory = set('PARALLAX_BATCH_MEMORY_MB')
  if (memory !== undefined) env.batchMemoryMb = readMemory(memory)
  for (const [field, name] of Object.entries(rates) as [keyof typeof rates, string][]) {
    const value = set(name)
    if (value !== undefined) env[field] = readRate(name, value)
  }
  const archiveDir = set('PARALLAX_ARCHIVE_DIR')
  if (archiveDir !== undefined) env.archiveDir = path.resolve(/*turbopackIgnore: true*/ archiveDir)
  const healthPort = set('PARALLAX_HEALTH_PORT')
  if (healthPort !== undefined) env.healthPort = readPort(healthPort, 'PARALLAX_HEALTH_PORT')
  const replicas = set('PARALLAX_LOG_REPLICAS')
  if (replicas !== undefined) env.logReplicas = readReplicas(replicas)
  if (set('PARALLAX_ALLOW_INTERNAL') === '1') env.allowInternal = true
  const natsSync = set('PARALLAX_NATS_SYNC')
  if (natsSync === 'always' || natsSync === 'default') env.natsSync = natsSync
  requireUrl('NATS_URL', env.natsUrl, ['nats:', 'tls:', 'ws:', 'wss:'])
  requireUrl('DATABASE_URL', env.databaseUrl, ['postgres:', 'postgresql:'])
  requireUrl('PARALLAX_URL', env.apiUrl, ['http:', 'https:'])
  requireUrl('OTEL_EXPORTER_OTLP_ENDPOINT', env.otlpEndpoint, ['http:', 'https:'])
  return env
}

export function readPort(text: string, name = 'PORT'): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new AppError(
      'bad_request',
      `Reading ${name} failed: "${text}" is not a port. Use a number from 0 to 65535.`,
    )
  }
  return port
}

/** JetStream's own bounds; an even number survives no more failures than the odd one below it. */
function readReplicas(text: string): number {
  if (/^[135]$/.test(text)) return Number(text)
  throw new AppError(
    'bad_request',
    `Reading PARALLAX_LOG_REPLICAS failed: "${text}" is no number of copies. Use 1, 3 or 5, and at least as many NATS servers.`,
  )
}

const leastMemoryMb = 128

function readMemory(text: string): number {
  const mb = Number(text)
  if (!/^\d+$/.test(text) || mb < leastMemoryMb) {
    throw new AppError(
      'bad_request',
      `Reading PARALLAX_BATCH_MEMORY_MB failed: "${text}" is not a whole number from ${leastMemoryMb}. Use the MiB that a batch run may take.`,
    )
  }
  return mb
}

function readRate(name: string, text: string): number {
  const rate = Number(text)
  if (/^\d{1,9}$/.test(text) && rate >= 1) return rate
  throw new AppError(
    'bad_request',
    `Reading ${name} failed: "${text}" is not a rate. Use a whole number from 1 to 999999999.`,
  )
}

function readLogLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text.toLowerCase())
  if (level === undefined) {
    throw new AppError(
      'bad_request',
      `Reading PARALLAX_LOG_LEVEL failed: "${text}" is not a level. Use one of ${logLevels.join(', ')}.`,
    )
  }
  return level
}

// NATS_URL may list several servers, separated by commas. The value is not repeated: it can hold a password.
function requireUrl(name: string, value: string | undefined, protocols: string[]): void {
  for (const part of value?.split(',') ?? []) {
    const text = name === 'NATS_URL' && !part.includes('://') ? `nats://${part}` : part
    if (!URL.canParse(text.trim()) || !protocols.includes(new URL(text.trim()).protocol)) {
      throw new AppError(
        'bad_request',
        `Reading ${name} failed: its value is not a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}. Correct it or unset it.`,
      )
    }
  }
}
