import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { openNats, openPool, type Nats, type Pool } from '../../clients'
import { natsUrlOf } from '../../clients/embedded'
import { AppError, readEnv, type Env } from '../../platform'
import { findRunning, lockDataDir } from '../data-dir-lock'
import { openStores } from '../stores'
import type { CommandContext } from './command'

export const envOf = ({ 'data-dir': dataDir }: CommandContext['options']): Env =>
  readEnv({
    ...process.env,
    ...(typeof dataDir === 'string' ? { PARALLAX_DATA_DIR: dataDir } : {}),
  })

/** DATABASE_URL, else the private Postgres that runs on the data folder. */
export function databaseUrlOf(env: Env): string {
  if (env.databaseUrl !== undefined) return env.databaseUrl
  const at = (ending: string) => path.join(env.dataDir, `postgres.${ending}`)
  if (!existsSync(at('password')) || !existsSync(at('port'))) {
    throw new AppError(
      'unavailable',
      `Finding the database failed: there is none in ${env.dataDir}. Name the folder with --data-dir, or set DATABASE_URL.`,
    )
  }
  const [password, port] = [readFileSync(at('password'), 'utf8'), readFileSync(at('port'), 'utf8')]
  return `postgresql://parallax:${password}@127.0.0.1:${port}/parallax`
}

interface OpenStores {
  databaseUrl: string
  pool: Pool
  nats: Nats
}

/** Works on the stores of a Parallax that runs, or on yours; private ones that do not run are started meanwhile. */
export async function withStores<T>(
  env: Env,
  say: (line: string) => void,
  work: (stores: OpenStores) => Promise<T>,
): Promise<T> {
  const databaseUrl = databaseUrlOf(env)
  const natsUrl = env.natsUrl ?? natsUrlOf(env.dataDir, 'provisioner')
  if (natsUrl === null) {
    throw new AppError(
      'unavailable',
      `Finding the log failed: there is none in ${env.dataDir}. Name the folder with --data-dir, or set NATS_URL.`,
    )
  }
  const areYours = env.databaseUrl !== undefined && env.natsUrl !== undefined
  if (!areYours && findRunning(env.dataDir) === null) return withOwnStores(env, say, work)
  return withConnections({ ...env, databaseUrl, natsUrl }, work)
}

/** Starts the stores of a data folder on which nothing runs, for as long as the work takes; yours are yours to run. */
export async function withOwnStores<T>(
  env: Env,
  say: (line: string) => void,
  work: (stores: OpenStores) => Promise<T>,
): Promise<T> {
  mkdirSync(path.join(env.dataDir, 'archive'), { recursive: true, mode: 0o711 })
  const unlock = lockDataDir(env.dataDir, null)
  try {
    const stores = await openStores(env, { say, onNatsRestart: () => Promise.resolve() })
    try {
      const { databaseUrl, natsUrls } = stores
      return await withConnections({ ...env, databaseUrl, natsUrl: natsUrls.provisioner }, work)
    } finally {
      await stores.stop()
    }
  } finally {
    unlock()
  }
}

async function withConnections<T>(
  env: Env & { databaseUrl: string; natsUrl: string },
  work: (stores: OpenStores) => Promise<T>,
): Promise<T> {
  const { databaseUrl, natsUrl, natsCreds } = env
  const pool = openPool(databaseUrl, { name: 'parallax-cli', max: 4 })
  try {
    const creds = natsCreds === undefined ? {} : { creds: natsCreds }
    const nats = await openNats({ url: natsUrl, name: 'parallax-cli', ...creds })
    try {
      return await work({ databaseUrl, pool, nats })
    } finally {
      await nats.close()
    }
  } finally {
    await pool.end()
  }
}
