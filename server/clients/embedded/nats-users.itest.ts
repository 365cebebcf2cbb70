import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startNatsServer, type EmbeddedNats } from '.'
import { openNats, type Nats } from '../nats'
import { natsUrlOf, natsUsers, type NatsUser } from './nats-users'

let dir: string
let server: EmbeddedNats
const connections = {} as Record<NatsUser, Nats>
const as = (user: NatsUser): Nats => connections[user]
const refused = /permissions violation/i

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'parallax-users-'))
  server = await startNatsServer({ dir: path.join(dir, 'nats'), users: true, durable: false })
  for (const user of natsUsers) connections[user] = await openNats({ url: server.urls[user], name: user })
  await as('provisioner').jsm.streams.add({ name: 'EVENTS', subjects: ['events.>'], allow_direct: true })
})
afterAll(async () => {
  for (const user of natsUsers) await as(user).close()
  await server.stop()
  rmSync(dir, { recursive: true, force: true })
})

describe('the users of the private nats-server', () => {
  test.each([
    ['nobody', (url: URL) => ((url.username = ''), (url.password = ''))],
    ['a wrong password', (url: URL) => (url.password = 'guess')],
    ['an unknown user', (url: URL) => (url.username = 'admin')],
  ])('%s is not let in', async (_who, change) => {
    const url = new URL(server.url)
    change(url)
    await expect(openNats({ url: url.href, name: 'intruder' })).rejects.toThrow(/authorization violation/i)
  })

  test.each(natsUsers.filter((user) => user !== 'provisioner'))(
    '[law 1] %s can neither make, change, empty nor delete a stream, nor delete a message',
    async (user) => {
      const { jsm } = as(user)
      await expect(jsm.streams.add({ name: 'OTHER', subjects: ['other'] })).rejects.toThrow(refused)
      await expect(jsm.streams.update('EVENTS', { max_msgs: 1 })).rejects.toThrow(refused)
      await expect(jsm.streams.purge('EVENTS')).rejects.toThrow(refused)
      await expect(jsm.streams.deleteMessage('EVENTS', 1)).rejects.toThrow(refused)
      await expect(jsm.streams.delete('EVENTS')).rejects.toThrow(refused)
    },
  )

  test('the gateway appends events; a worker reads them and cannot append', async () => {
    const { seq } = await as('gateway').js.publish('events.t.0', 'one')
    const consumer = await as('worker').js.consumers.get('EVENTS', { deliver_policy: 'all' })
    expect((await consumer.next())?.string()).toBe('one')
    expect((await as('worker').jsm.streams.getMessage('EVENTS', { seq }))?.string()).toBe('one')
    await expect(as('worker').js.publish('events.t.0', 'two')).rejects.toThrow(refused)
  })

  test.each(natsUsers)('%s cannot speak to the system account', async (user) => {
    await expect(as(user).nc.request('$SYS.REQ.SERVER.PING', '', { timeout: 1_000 })).rejects.toThrow(refused)
    const heard = new Promise((resolve) => {
      as(user).nc.subscribe('$SYS.>', { callback: (error) => resolve(String(error)) })
    })
    expect(await heard).toMatch(refused)
  })

  test('a restarted server knows the same users, and what holds passwords is its owner’s alone', async () => {
    const { port } = server
    await server.stop()
    server = await startNatsServer({ dir: path.join(dir, 'nats'), users: true, durable: false, port })
    const again = await openNats({ url: natsUrlOf(dir, 'worker') ?? '', name: 'again' })
    expect((await again.jsm.streams.info('EVENTS')).state.messages).toBe(1)
    await again.close()
    for (const file of ['nats.conf', 'nats.users'])
      expect(statSync(path.join(dir, file)).mode & 0o777).toBe(0o600)
  })
})
