import { createServer } from 'node:http'
import type { Nats, Pool } from '../clients'
import { AppError, sleep, type Stop } from '../platform'

const answerMs = 2_000

interface Health {
  port: number
  role: string
  pool: Pool
  nats: Nats
}

/**
 * Answers for a role that serves nothing else, to whoever keeps its process running: `/healthz` says that it turns,
 * `/readyz` that database and log answer it, each by name.
 */
export async function openRoleHealth({ port, role, pool, nats }: Health): Promise<Stop> {
  const ask = async () => {
    const [postgres, log] = await Promise.all([
      answers(() => pool.query('SELECT 1')),
      answers(() => nats.nc.flush()),
    ])
    return { postgres, nats: log }
  }
  const server = createServer((request, response) => {
    const say = (status: number, body: object) => {
      const retry = status === 503 ? { 'retry-after': '2' } : {}
      response.writeHead(status, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        ...retry,
      })
      response.end(JSON.stringify(body))
    }
    if (request.url === '/healthz') say(200, { status: 'ok', role })
    else if (request.url !== '/readyz') say(404, { status: 'not found' })
    else
      void ask().then((dependencies) => {
        const isReady = Object.values(dependencies).every((state) => state === 'answers')
        say(isReady ? 200 : 503, { status: isReady ? 'ready' : 'unavailable', role, dependencies })
      })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new AppError(
          'unavailable',
          `Listening on port ${port} for /healthz and /readyz failed: ${error.message}. Set another PARALLAX_HEALTH_PORT, or unset it.`,
          { cause: error },
        ),
      )
    })
    server.listen(port, resolve)
  })
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
}

async function answers(ask: () => Promise<unknown>): Promise<'answers' | 'does not answer'> {
  const patience = new AbortController()
  try {
    const late = sleep(answerMs, patience.signal).then(() => Promise.reject(new Error('too late')))
    await Promise.race([ask(), late])
    return 'answers'
  } catch {
    return 'does not answer'
  } finally {
    patience.abort()
  }
}
