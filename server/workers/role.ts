import { logger, readEnv, sleep, type Env, type Stop } from '../platform'
import type { RoleName } from './roles'

/** Long enough to commit what is in hand; the supervisor's patience is longer. */
const stopPatienceMs = 15_000

type Start = (env: Env) => Promise<Stop>

// Loaded on demand: the process of one role does not carry the code of the others.
const starts: Record<RoleName, () => Promise<Start>> = {
  speed: async () => (await import('./speed')).startSpeed,
  archive: async () => (await import('./archive')).startArchive,
  batch: async () => (await import('./batch')).startBatch,
  slo: async () => (await import('./slo')).startSlo,
  web: async () => (await import('./web')).startWeb,
  feed: async () => (await import('./feed-role')).startFeed,
}

/** The main of a child process: runs one role until it is told to stop or the supervisor is gone. */
export async function runRole(name: RoleName): Promise<void> {
  const log = logger(name)
  const stopped = new AbortController()
  const reasons: [string, string][] = [
    ['SIGTERM', 'told to stop'],
    ['SIGINT', 'told to stop'],
    ['disconnect', 'the supervisor is gone'],
  ]
  for (const [event, reason] of reasons) {
    process.once(event, () => {
      log.info(reason)
      stopped.abort()
    })
  }
  // A supervisor that died before the listener was there.
  if (process.send !== undefined && !process.connected) stopped.abort()
  const start = await starts[name]()
  const stop = await start(readEnv())
  process.send?.('ready')
  log.info('ready')
  if (!stopped.signal.aborted) {
    await new Promise((resolve) => {
      stopped.signal.addEventListener('abort', resolve, { once: true })
    })
  }
  const late = sleep(stopPatienceMs).then(() => {
    log.error('did not stop in time; ending anyway, the next run goes on from the last commit')
    process.exit(1)
  })
  await Promise.race([stop(), late])
  process.exit(0)
}
