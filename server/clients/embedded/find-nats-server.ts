import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import { AppError, logger, projectRoot, readEnv } from '../../platform'
import { obtainNatsServer } from './obtain-nats-server'

export interface NatsServerBinary {
  path: string
  /** Like `2.10.27`. */
  version: string
}

/** From 2.10 the server can sync every write before it acknowledges it. */
export const syncsEveryWrite = (version: string): boolean => atLeast(version, [2, 10])

/**
 * The nats-server to run: NATS_SERVER_BIN; else one of 2.10 or newer on the system, in the cache or from the package
 * manager; else an older one of the system.
 */
export async function findNatsServer(): Promise<NatsServerBinary> {
  const named = readEnv().natsServerBin
  if (named !== undefined) return probe(named) ?? refuse(`NATS_SERVER_BIN names ${named}, which does not run`)
  const cacheDir = path.join(projectRoot(), '.cache', 'nats-server')
  const found = [...systemPaths(), path.join(cacheDir, 'nats-server')]
    .map(probe)
    .filter((binary) => binary !== null)
  const good = found.find(({ version }) => syncsEveryWrite(version))
  if (good !== undefined) return good
  try {
    const obtained = probe(await obtainNatsServer(cacheDir))
    if (obtained !== null) return obtained
  } catch (error) {
    if (found[0] === undefined) refuse((error as Error).message)
    logger('embedded').warn(
      { err: error },
      'no newer nats-server to be had; using the older one of the system',
    )
  }
  return found[0] ?? refuse('the one from the package manager does not run here')
}

function systemPaths(): string[] {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/bin']
  return [...new Set(folders.filter((folder) => folder !== ''))].map((folder) =>
    path.join(folder, 'nats-server'),
  )
}

function probe(file: string): NatsServerBinary | null {
  try {
    accessSync(file, constants.X_OK)
    const output = execFileSync(file, ['--version'], { encoding: 'utf8', timeout: 10_000 })
    const version = /v(\d+\.\d+\.\d+)/.exec(output)?.[1]
    return version === undefined ? null : { path: file, version }
  } catch {
    return null
  }
}

function atLeast(version: string, [major, minor]: [number, number]): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number)
  return a > major || (a === major && b >= minor)
}

function refuse(why: string): never {
  throw new AppError(
    'unavailable',
    `Finding nats-server failed: ${why}. Do one of: install it (apt-get install nats-server, brew install nats-server) so that it is on PATH; set NATS_SERVER_BIN to the binary; set NATS_URL to a server with JetStream.`,
  )
}
