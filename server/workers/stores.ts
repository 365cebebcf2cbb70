import path from 'node:path'
import { endProcess, startNatsServer, startPostgres, type NatsUser } from '../clients/embedded'
import { sleep, type Env } from '../platform'
import { restartDelay } from './restart-policy'

/** The database and the log that everything runs on: yours where a URL is set, else private ones. */
export interface Stores {
  databaseUrl: string
  /** By user: a process gets its own alone. One for all where the server is yours. */
  natsUrls: Readonly<Record<NatsUser, string>>
  natsSync: 'always' | 'default' | null
  /** One line each for the terminal. */
  summary: string[]
  stop(): Promise<void>
  kill(): void
}

interface Service {
  url: string
  port: number
  pid: number
  exited: Promise<void>
  stop(): Promise<void>
}

interface KeepOptions {
  say: (line: string) => void
  /** Makes again what a restarted nats-server has forgotten, having had it in memory. */
  onNatsRestart: (url: string) => Promise<void>
}

export async function openStores(env: Env, options: KeepOptions): Promise<Stores> {
  const postgres =
    env.databaseUrl === undefined
      ? await keep('postgres', options, (port) =>
          startPostgres({ dir: path.join(env.dataDir, 'postgres'), ...port }),
        )
      : null
  const nats =
    env.natsUrl === undefined
      ? await keep('nats-server', options, (port) =>
          startNatsServer({ dir: path.join(env.dataDir, 'nats'), users: true, ...port }),
        ).catch(async (error: unknown) => {
          await postgres?.stop()
          throw error
        })
      : null
  return {
    databaseUrl: env.databaseUrl ?? postgres?.first.url ?? '',
    natsUrls: nats === null ? sameUrl(env.natsUrl ?? '') : nats.first.urls,
    natsSync: nats === null ? (env.natsSync ?? null) : nats.first.syncsEveryWrite ? 'always' : 'default',
    summary: [
      postgres === null
        ? 'database   yours (DATABASE_URL)'
        : `database   private Postgres, port ${postgres.first.port}`,
      nats === null
        ? 'log        yours (NATS_URL)'
        : `log        private nats-server ${nats.first.version}, port ${nats.first.port}, ${
            nats.first.syncsEveryWrite
              ? 'every write synced'
              : 'a power cut can lose the last minute (needs 2.10)'
          }`,
    ],
    // The log first: what is still being written to it is confirmed before the database goes.
    async stop() {
      await nats?.stop()
      await postgres?.stop()
    },
    kill() {
      nats?.kill()
      postgres?.kill()
    },
  }
}

const sameUrl = (url: string): Record<NatsUser, string> => ({
  provisioner: url,
  gateway: url,
  worker: url,
  batch: url,
})

/** Keeps a private service running, on the port it started with: its clients know no other. */
async function keep<S extends Service>(
  name: 'postgres' | 'nats-server',
  { say, onNatsRestart }: KeepOptions,
  start: (port: { port?: number }) => Promise<S>,
) {
  const first = await start({})
  const stopping = new AbortController()
  const isStopping = () => stopping.signal.aborted
  let current: S = first
  const watch = async () => {
    for (let crashes = 0; ;) {
      const startedAt = performance.now()
      await current.exited
      if (isStopping()) return
      const next = restartDelay(crashes, performance.now() - startedAt)
      crashes = next.crashes
      say(`${name}  ended; starting it again on its data`)
      await sleep(next.delayMs, stopping.signal)
      try {
        current = await start({ port: first.port })
        if (isStopping()) {
          await current.stop()
          return
        }
        if (name === 'nats-server') await onNatsRestart(current.url)
        say(`${name}  runs again`)
      } catch (error) {
        say(`${name}  ${(error as Error).message}`)
      }
    }
  }
  const watching = watch()
  return {
    first,
    async stop() {
      stopping.abort()
      await current.stop()
      await watching
    },
    kill() {
      stopping.abort()
      void endProcess(current.pid, 'SIGKILL', 0)
    },
  }
}
