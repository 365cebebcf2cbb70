import { fork, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startTestServices, type TestServices } from '../../clients/testing'
import { sleep, systemClock } from '../../platform'
import { trail } from '../objectives/testing'
import { deliverDue } from './deliver'
import type { Delivery } from './delivery'
import { listChannels, removeChannel, saveChannel, testChannel } from './manage-channels'
import { saveRoutes } from './manage-routes'
import { queueDeliveries, queueHeartbeats } from './outbox-store'
import { runNotifier } from './run-notifier'
import { sender } from './send'
import { newsOf, startReceiver } from './testing'

let services: TestServices
beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())
afterEach(async () => {
  await services.pool.query('TRUNCATE notification, channel, incident, setting RESTART IDENTITY')
})

const secret = 'a key of sixteen letters'
const start = Date.UTC(2026, 0, 31, 8)

async function addWebhook(url: string, name = 'ops'): Promise<number> {
  const { id } = await saveChannel(
    { pool: services.pool, trail: trail() },
    { name, kind: 'webhook', settings: { url, allowInternal: true }, secret, actor: 'ada' },
  )
  return id
}

const delivery = (channelId: number, kind: Delivery['kind'], change: Partial<Delivery> = {}): Delivery => ({
  channelId,
  incidentId: 12,
  kind,
  dedupeKey: 'parallax-incident-12',
  nth: '1',
  body: newsOf(kind),
  state: 'queued',
  attempts: 0,
  lastError: null,
  nextAt: start,
  createdAt: start,
  sentAt: null,
  ...change,
})

/** A clock that a test moves. */
function heldClock(at: number) {
  const clock = { at, now: () => clock.at }
  return clock
}

const states = async () =>
  (
    await services.pool.query<{
      kind: string
      incident: number
      state: string
      error: string | null
      attempts: number
    }>(
      'SELECT kind, incident_id AS incident, state, last_error AS error, attempts FROM notification ORDER BY id',
    )
  ).rows

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('it did not become so')
    await sleep(20)
  }
}

it('the same news is queued once', async () => {
  const id = await addWebhook('http://127.0.0.1:9')
  await queueDeliveries(services.pool, [delivery(id, 'trigger')])
  await queueDeliveries(services.pool, [delivery(id, 'trigger'), delivery(id, 'resolve')])
  expect((await states()).map(({ kind }) => kind)).toEqual(['trigger', 'resolve'])
})

describe('a receiver that is down for ten minutes', () => {
  it('loses nothing, gets each incident’s news in order, and no incident twice', async () => {
    await using receiver = await startReceiver()
    await using other = await startReceiver()
    receiver.answer = { status: 503 }
    const id = await addWebhook(receiver.url)
    const otherId = await addWebhook(other.url, 'other')
    const clock = heldClock(start)
    const deps = { pool: services.pool, clock, send: sender({ allowInternal: true }) }
    const second = { incidentId: 13, dedupeKey: 'parallax-incident-13' }
    await queueDeliveries(services.pool, [
      delivery(id, 'trigger'),
      delivery(id, 'trigger', second),
      delivery(otherId, 'trigger'),
    ])
    for (let minute = 0; minute < 10; minute++) {
      if (minute === 4)
        await queueDeliveries(services.pool, [
          delivery(id, 'acknowledge', { createdAt: clock.at, nextAt: clock.at }),
        ])
      if (minute === 6)
        await queueDeliveries(services.pool, [
          delivery(id, 'resolve', { createdAt: clock.at, nextAt: clock.at }),
          delivery(id, 'resolve', { ...second, createdAt: clock.at, nextAt: clock.at }),
        ])
      for (let i = 0; i < 12; i++, clock.at += 5_000) await deliverDue(deps)
    }
    expect(other.received).toHaveLength(1)
    expect((await listChannels(services))[0]).toMatchObject({
      name: 'ops',
      queued: 5,
      lastError: 'it answered 503',
    })
    // Attempts grow apart: an hour of a dead receiver is not an hour of calls.
    const tries = receiver.received.length
    expect(tries).toBeGreaterThan(8)
    expect(tries).toBeLessThan(40)

    receiver.received.length = 0
    receiver.answer = { status: 202 }
    for (let i = 0; i < 80; i++, clock.at += 5_000) await deliverDue(deps)
    const got = receiver.received.map(({ headers, body }) => ({
      key: headers['parallax-incident'],
      kind: (JSON.parse(body) as { kind: string }).kind,
    }))
    const of = (key: string) => got.filter((one) => one.key === key).map(({ kind }) => kind)
    expect(of('parallax-incident-12')).toEqual(['trigger', 'acknowledge', 'resolve'])
    expect(of('parallax-incident-13')).toEqual(['trigger', 'resolve'])
    expect(got).toHaveLength(5)
    expect((await states()).every(({ state }) => state === 'sent')).toBe(true)
    expect((await listChannels(services))[0]).toMatchObject({ queued: 0, lastError: null })
  })

  it('what is refused is given up with its reason and holds nothing back', async () => {
    await using receiver = await startReceiver()
    receiver.answer = { status: 404 }
    const id = await addWebhook(receiver.url)
    const clock = heldClock(start)
    const deps = { pool: services.pool, clock, send: sender({ allowInternal: true }) }
    await queueDeliveries(services.pool, [delivery(id, 'trigger'), delivery(id, 'resolve')])
    await deliverDue(deps)
    receiver.answer = { status: 200 }
    await deliverDue(deps)
    expect(await states()).toMatchObject([
      { kind: 'trigger', state: 'failed', error: 'it answered 404', attempts: 1 },
      { kind: 'resolve', state: 'sent', error: null },
    ])
  })

  it('is given up after a day', async () => {
    await using receiver = await startReceiver()
    receiver.answer = { status: 503 }
    const id = await addWebhook(receiver.url)
    const clock = heldClock(start + 24 * 3_600_000)
    await queueDeliveries(services.pool, [delivery(id, 'trigger')])
    await deliverDue({ pool: services.pool, clock, send: sender({ allowInternal: true }) })
    expect(await states()).toMatchObject([
      { state: 'failed', error: 'it answered 503 (given up after a day)' },
    ])
  })
})

describe('[law 7] a notifier that is killed between sending and marking', () => {
  it('sends again with the same keys', async () => {
    const received: { key: unknown; delivery: unknown }[] = []
    let isHolding = true
    const server = createServer((request, response) => {
      received.push({
        key: request.headers['parallax-incident'],
        delivery: request.headers['parallax-delivery'],
      })
      request.resume()
      // The receiver has taken it; the answer does not get through.
      if (!isHolding) response.writeHead(202).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const id = await addWebhook(`http://127.0.0.1:${port}`)
    const now = Date.now()
    await queueDeliveries(services.pool, [delivery(id, 'trigger', { createdAt: now, nextAt: now })])
    const child = await forkNotifier()
    await until(() => received.length === 1)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    expect(await states()).toMatchObject([{ state: 'queued', attempts: 0 }])
    isHolding = false
    const stop = runNotifier({ pool: services.pool, clock: systemClock, allowInternal: true, pollMs: 20 })
    await until(async () => (await states())[0]?.state === 'sent')
    await stop()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    expect(received).toEqual([
      { key: 'parallax-incident-12', delivery: `${id}:12:trigger:1` },
      { key: 'parallax-incident-12', delivery: `${id}:12:trigger:1` },
    ])
  })
})

async function forkNotifier(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('testing-notifier-process.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, DATABASE_URL: services.databaseUrl },
  })
  await new Promise((resolve) => child.once('message', resolve))
  return child
}

it('an Alertmanager is told again each minute of what is not over, without doubling what waits', async () => {
  await using receiver = await startReceiver()
  const { pool } = services
  const { id } = await saveChannel(
    { pool, trail: trail() },
    { name: 'am', kind: 'alertmanager', settings: { url: receiver.url, allowInternal: true }, actor: 'ada' },
  )
  await pool.query(
    `INSERT INTO incident (id, cause, severity, state, title, pipelines, objectives, opened_by)
     VALUES (12, 'speed:departures', 'page', 'open', 't', '{}', '{}', 'alert')`,
  )
  const clock = heldClock(start)
  const deps = { pool, clock, send: sender({ allowInternal: true }) }
  await queueDeliveries(pool, [delivery(id, 'trigger')])
  await deliverDue(deps)
  for (let i = 0; i < 3; i++) {
    clock.at += 60_000
    await queueHeartbeats(pool, clock.at)
    await queueHeartbeats(pool, clock.at)
    await deliverDue(deps)
  }
  await pool.query(`UPDATE incident SET state = 'resolved'`)
  clock.at += 60_000
  await queueHeartbeats(pool, clock.at)
  await deliverDue(deps)
  const ends = receiver.received.map(({ body }) => (JSON.parse(body) as { endsAt: string }[])[0]?.endsAt)
  expect(ends).toEqual([
    '2026-01-31T08:05:00.000Z',
    '2026-01-31T08:06:00.000Z',
    '2026-01-31T08:07:00.000Z',
    '2026-01-31T08:08:00.000Z',
  ])
})

describe('channels', () => {
  const deps = () => ({ pool: services.pool, trail: trail() })

  it('never show their secret again, and keep it when a change leaves it out', async () => {
    const entries: Parameters<ReturnType<typeof trail>>[1][] = []
    const id = await addWebhook('http://hooks.example')
    const changed = await saveChannel(
      { pool: services.pool, trail: trail(entries) },
      { id, name: 'ops', kind: 'webhook', settings: { url: 'http://hooks.example/2' }, actor: 'ada' },
    )
    expect(changed).toMatchObject({
      hasSecret: true,
      settings: { url: 'http://hooks.example/2', allowInternal: false },
    })
    expect(JSON.stringify([changed, await listChannels(services), entries])).not.toContain(secret)
  })

  it('that are wrong say what and where', async () => {
    const save = (kind: 'webhook' | 'email', settings: unknown, key?: string) =>
      saveChannel(deps(), { name: 'x', kind, settings, secret: key, actor: 'ada' })
    await expect(save('webhook', { url: 'ftp://x' }, secret)).rejects.toThrow(
      'url: Give an address that begins with http',
    )
    await expect(save('webhook', { url: 'https://x.example' }, 'short')).rejects.toThrow(
      'at least 16 characters',
    )
    await expect(save('email', { host: 'h', from: 'a@example.org', to: [] })).rejects.toThrow(
      'to: Give at least one recipient',
    )
    await addWebhook('http://hooks.example')
    await expect(addWebhook('http://hooks.example')).rejects.toThrow('another one is called ops')
  })

  it('that a route names are not removed, and a route names only what there is', async () => {
    const id = await addWebhook('http://hooks.example')
    const routes = (name: string) => [
      { steps: [{ afterMinutes: 0, channels: [name], says: 'on-call' }], repeatHours: 4 },
    ]
    const save = (name: string) =>
      saveRoutes(deps(), {
        routes: routes(name),
        consoleUrl: null,
        allowInternal: false,
        actor: 'ada',
        reason: 'test',
      })
    await expect(save('nobody')).rejects.toThrow('there is no channel nobody. Use one of *, ops')
    await save('ops')
    await expect(removeChannel(deps(), { id, actor: 'ada' })).rejects.toThrow('a route names it')
    await save('*')
    await removeChannel(deps(), { id, actor: 'ada' })
    expect(await listChannels(services)).toEqual([])
  })

  it('are tested at once, and the answer says what came of it', async () => {
    await using receiver = await startReceiver()
    const id = await addWebhook(receiver.url)
    const test = (allowInternal: boolean) =>
      testChannel({ ...deps(), clock: systemClock, allowInternal }, { id, actor: 'ada' })
    expect(await test(true)).toEqual({ isDelivered: true, says: 'ops took the test.' })
    expect(JSON.parse(receiver.received[0]?.body ?? '{}')).toMatchObject({ kind: 'test' })
    expect(await test(false)).toMatchObject({
      isDelivered: false,
      says: expect.stringContaining('internal address') as string,
    })
    expect((await listChannels(services))[0]?.lastError).toContain('internal address')
  })
})
