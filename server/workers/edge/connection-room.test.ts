import { createServer, get, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { openConnectionRoom } from './connection-room'

let server: Server

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function serve(limit: () => number): Promise<number> {
  const room = openConnectionRoom(limit)
  server = createServer((request, response) => {
    if (!room.refuse(request, response)) response.end('served')
  })
  room.watch(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const ask = (port: number) =>
  new Promise<{ status: number | undefined; retryAfter: string | undefined; text: string }>(
    (resolve, reject) => {
      get({ port, host: '127.0.0.1', agent: false }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () => {
          resolve({ status: response.statusCode, retryAfter: response.headers['retry-after'], text })
        })
      }).on('error', reject)
    },
  )

const opened = (port: number) =>
  new Promise<void>((resolve, reject) => {
    connect(port, '127.0.0.1', resolve).on('error', reject)
  })

test('a request beyond the room for connections is answered 503 with a time to come back', async () => {
  const none = await serve(() => 0)
  expect(await ask(none)).toMatchObject({
    status: 503,
    retryAfter: '5',
    text: expect.stringContaining('limit of open files') as unknown,
  })
})

test('one within it is served, however many rest beside it', async () => {
  const port = await serve(() => Infinity)
  for (let i = 0; i < 20; i++) await opened(port)
  expect(await ask(port)).toMatchObject({ status: 200, text: 'served' })
})
