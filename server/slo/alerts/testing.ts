import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { AlertFactsSource, PipelineStatusFact } from './facts'

export interface Wire extends AsyncDisposable {
  /** The database's address, through this. */
  url: string
  /** Breaks what is connected and refuses what comes. */
  cut(): void
  mend(): void
}

/** Stands between a process and its database, so that a test can take one from the other. */
export async function startWire(databaseUrl: string): Promise<Wire> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer((client) => {
    if (isCut) {
      client.destroy()
      return
    }
    const upstream = connect({ host: target.hostname, port: Number(target.port) })
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  const cut = () => {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: url.href,
    cut,
    mend() {
      isCut = false
    },
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const pipelineFact = (change: Partial<PipelineStatusFact> = {}): PipelineStatusFact => ({
  pipeline: 'departures',
  owner: 'network-ops',
  eventType: 'flight.departed',
  batchEveryMs: 300_000,
  waiting: 0,
  oldestS: 0,
  diagnosis: 'current',
  says: '',
  catchUpAt: null,
  timeToDataLossS: null,
  isBatchPaused: false,
  hasEvents: true,
  ...change,
})

export const sourceOf = (pipelines: () => PipelineStatusFact[]): AlertFactsSource => ({
  pipelines: async () => pipelines(),
  costs: async () => [],
})
