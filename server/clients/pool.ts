import pg from 'pg'
import { AppError, logger } from '../platform'
import { watchSilence } from './silent-connections'

export type Pool = pg.Pool
export type PoolClient = pg.PoolClient

export interface PoolOptions {
  max?: number
  /** application_name, as shown in pg_stat_activity. */
  name?: string
  statementTimeoutMs?: number
  /** How long a transaction may rest between two statements; then the server ends it, and its locks are free. */
  idleInTransactionMs?: number
}

/** What the server does about a client whose machine or network is gone: within half a minute its locks are free. */
const serverSide =
  '-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3 -c tcp_user_timeout=15000'

const parsers = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.INT8, safeInteger],
  [1016, (text) => elements(text).map((item) => (item === null ? null : safeInteger(item)))], // int8[]
  [1231, elements], // numeric[]: the driver's own parser would round to doubles
])

/** A pool whose rows hold int8 as number (an unsafe one throws) and numeric, numeric[] as exact strings. */
export function openPool(url: string, options: PoolOptions = {}): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.name ?? 'parallax',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    options: serverSide,
    statement_timeout: options.statementTimeoutMs ?? 120_000,
    idle_in_transaction_session_timeout: options.idleInTransactionMs ?? 60_000,
    types: { getTypeParser },
  })
  // An idle connection that breaks is replaced on next use; without a listener it would end the process.
  pool.on('error', (error) => {
    logger('postgres').warn({ err: error }, 'an idle connection broke')
  })
  watchSilence(pool, url)
  return pool
}

function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  const standard = pg.types.getTypeParser as (
    oid: number,
    format?: 'text' | 'binary',
  ) => (text: string) => unknown
  return (format === 'binary' ? undefined : parsers.get(oid)) ?? standard(oid, format)
}

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) {
    throw new AppError(
      'internal',
      `Reading the int8 ${text} failed: it is beyond 2^53 − 1 and would be rounded. Cast the column to text in the query.`,
    )
  }
  return value
}

/** The elements of a one-dimensional array of numbers, which Postgres never quotes. */
function elements(text: string): (string | null)[] {
  const body = text.slice(text.indexOf('{') + 1, -1)
  return body === '' ? [] : body.split(',').map((item) => (item === 'NULL' ? null : item))
}
