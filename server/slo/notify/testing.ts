import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import type { NewsBody } from './delivery'

export interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export interface Receiver extends AsyncDisposable {
  url: string
  received: Received[]
  /** What is answered from now on. */
  answer: { status: number; headers?: Record<string, string>; body?: string }
}

/** A real HTTP server that notes what it is sent. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const receiver = { received, answer: { status: 202 } as Receiver['answer'] }
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      })
      const { status, headers = {}, body = '' } = receiver.answer
      response.writeHead(status, headers).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

export interface Mailbox extends AsyncDisposable {
  port: number
  mails: { from: string; to: string[]; text: string; user: string | undefined }[]
}

/** A real SMTP server that notes what it is sent; `login` is the one it takes. */
export async function startMailbox(login?: { user: string; pass: string }): Promise<Mailbox> {
  const mails: Mailbox['mails'] = []
  const server = new SMTPServer({
    authOptional: login === undefined,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth(auth, _session, callback) {
      const isRight = auth.username === login?.user && auth.password === login?.pass
      if (isRight) callback(null, { user: auth.username })
      else callback(Object.assign(new Error('535 wrong password'), { responseCode: 535 }))
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString(),
          user: session.user as string | undefined,
        })
        callback()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    port,
    mails,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
      }),
  }
}

export const newsOf = (kind: NewsBody['kind'], change: Partial<NewsBody['incident']> = {}): NewsBody => ({
  kind,
  says: '120 events wait, the oldest 40 s.',
  at: Date.UTC(2026, 0, 31, 8),
  incident: {
    id: 12,
    cause: 'speed:departures',
    severity: 'page',
    severityBefore: null,
    title: 'The speed layer of departures stands still',
    owner: 'network-ops',
    pipelines: ['departures'],
    objectives: ['departures.freshness'],
    openedAt: Date.UTC(2026, 0, 31, 7, 59),
    resolvedAt: null,
    acknowledgedBy: null,
    runbook: 'f2-speed-lag',
    url: 'https://parallax.example/incidents/12',
    ...change,
  },
  alerts: [
    {
      rule: 'speed.outage',
      title: 'The speed layer of departures stands still',
      says: '120 events wait, the oldest 40 s.',
      severity: 'page',
    },
  ],
  mutes: ['Freshness burns its error budget'],
})
