import { createServer, type Server } from 'node:http'
import next from 'next'
import { AppError, projectRoot, type Env, type Stop } from '../platform'
import { guarded, limitConnections, openConnectionRoom, readTrustedProxies } from './edge'

/** How long open requests may still take when the process stops; live subscriptions are cut at once. */
const drainMs = 2_000

/** Serves the built console. Listens on loopback, by both of its names, unless PARALLAX_HOST says otherwise. */
export async function startWeb(env: Env): Promise<Stop> {
  const isTrusted = readTrustedProxies(env.trustedProxies)
  const app = next({ dev: false, dir: projectRoot(), port: env.port, hostname: env.host ?? 'localhost' })
  await app.prepare()
  const handle = guarded(app.getRequestHandler(), isTrusted)
  const room = openConnectionRoom()
  const server = () => {
    const made = createServer((request, response) => {
      if (!room.refuse(request, response)) void handle(request, response)
    })
    room.watch(made)
    return made
  }
  const servers =
    env.host === undefined
      ? [
          await listen(server(), env.port, '127.0.0.1'),
          await listen(server(), env.port, '::1').catch(() => null),
        ]
      : [await listen(server(), env.port, env.host)]
  return async () => {
    await Promise.all(servers.filter((running) => running !== null).map(close))
    await app.close()
  }
}

function listen(server: Server, port: number, host: string): Promise<Server> {
  limitConnections(server)
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new AppError(
          'unavailable',
          `Listening on ${host}:${port} failed: ${error.message}. Use another --port.`,
          {
            cause: error,
          },
        ),
      )
    })
    server.listen(port, host, () => {
      resolve(server)
    })
  })
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  const cut = setTimeout(() => {
    server.closeAllConnections()
  }, drainMs)
  await closed
  clearTimeout(cut)
}
