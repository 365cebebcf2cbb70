import { AppError, readEnv, readPort } from '../../platform'
import { defaultRoles, parseRoles } from '../roles'
import type { Command } from './command'

export const start: Command = {
  usage: 'start [--port N] [--data-dir D] [--feed flights|none] [--roles web,speed,batch,archive]',
  summary:
    'Runs Parallax until Ctrl-C: on private services in the data folder, or on yours where NATS_URL and DATABASE_URL are set. A second Ctrl-C ends it at once.',
  options: { port: { type: 'string' }, feed: { type: 'string' }, roles: { type: 'string' } },
  positionals: { min: 0, max: 0 },
  async run({ options }) {
    const { port, feed = 'flights', roles = defaultRoles, 'data-dir': dataDir } = options
    if (feed !== 'flights' && feed !== 'none') {
      throw new AppError(
        'bad_request',
        `Reading --feed failed: "${String(feed)}" is no feed. Use flights or none.`,
      )
    }
    const env = readEnv({
      ...process.env,
      ...(typeof dataDir === 'string' ? { PARALLAX_DATA_DIR: dataDir } : {}),
    })
    if (typeof port === 'string') env.port = readPort(port)
    const stopping = new AbortController()
    const signalled = untilSignalled(stopping)
    process.umask(0o077)
    const { supervise } = await import('../supervisor') // the other commands start no database
    const running = await supervise(
      {
        env,
        roles: parseRoles(String(roles)),
        feed: feed === 'flights',
        say: (line) => process.stdout.write(`${line}\n`),
      },
      stopping.signal,
    )
    await signalled
    console.log('Stopping: finishing what is in hand. Ctrl-C again ends it at once.')
    onSecondSignal(() => {
      running.kill()
      process.exit(130)
    })
    await running.stop()
    console.log('Stopped.')
    return 0
  },
}

function untilSignalled(stopping: AbortController): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        stopping.abort()
        resolve()
      })
    }
  })
}

function onSecondSignal(act: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, act)
}
