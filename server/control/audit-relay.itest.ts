import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { inTransaction } from '../clients'
import { startTestServices, type TestServices } from '../clients/testing'
import { auditStream, provisionStreams, streamState } from '../log'
import { sleep, systemClock } from '../platform'
import { audit } from './audit'
import { runAuditRelay } from './audit-relay'
import { readRelayed } from './audit-relay-store'

let services: TestServices

beforeEach(async () => {
  services = await startTestServices()
  await provisionStreams(services.nats, { maxBytes: 64 * 1024 ** 2 })
})
afterEach(() => services.stop())

async function append(count: number, action = 'plan.apply'): Promise<void> {
  for (let i = 0; i < count; i++)
    await inTransaction(services.pool, (client) =>
      audit(client, systemClock, { actor: 'ada', action, object: 'departures', detail: { i } }),
    )
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await isSo());) {
    if (Date.now() > deadline) throw new Error('it did not come to be within 30 s')
    await sleep(20)
  }
}

const published = async () => (await streamState(services.nats, auditStream)).messages
const marked = () => readRelayed(services.pool)

/** What a reader of the stream gets: subject, number and body, in order. */
async function streamed(): Promise<{ subject: string; seq: number }[]> {
  const { firstSeq, lastSeq } = await streamState(services.nats, auditStream)
  const messages = []
  for (let at = firstSeq; at <= lastSeq; at++) {
    const message = await services.nats.jsm.streams.getMessage(auditStream, { seq: at })
    if (message) messages.push({ subject: message.subject, seq: message.json<{ seq: number }>().seq })
  }
  return messages
}

const inOrder = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

async function forkRelay(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('testing-relay-process.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, DATABASE_URL: services.databaseUrl, NATS_URL: services.natsUrl },
  })
  await new Promise((resolve) => child.once('message', resolve))
  return child
}

it('every entry is on the stream under its action, in order, as it is in the trail', async () => {
  await append(2)
  await append(1, 'session.start')
  const stop = runAuditRelay(services)
  await until(async () => (await marked()) === 3)
  await stop()
  expect(await streamed()).toEqual([
    { subject: 'audit.plan.apply', seq: 1 },
    { subject: 'audit.plan.apply', seq: 2 },
    { subject: 'audit.session.start', seq: 3 },
  ])
})

it('[law 7] a relay killed between publishing and marking leaves every entry on the stream once', async () => {
  await append(1)
  const first = await forkRelay()
  await until(async () => (await marked()) === 1)
  // Whoever holds the mark's row keeps the relay from marking what it has published.
  const holder = await services.pool.connect()
  await holder.query(`BEGIN; SELECT 1 FROM setting WHERE key = 'auditRelayed' FOR UPDATE`)
  await append(5)
  await until(async () => (await published()) === 6)
  const killed = new Promise((resolve) => first.once('exit', resolve))
  first.kill('SIGKILL')
  await killed
  // Postgres would still finish what the dead process had sent.
  await services.pool.query(
    `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
      WHERE application_name = 'relay-test' AND datname = current_database()`,
  )
  await holder.query('ROLLBACK')
  holder.release()
  expect(await marked()).toBe(1)
  // The log's memory of message ids must not be what saves it.
  await services.nats.jsm.streams.update(auditStream, { duplicate_window: 100_000_000 })
  await sleep(300)
  await append(3)
  const stop = runAuditRelay(services)
  await until(async () => (await marked()) === 9)
  await stop()
  expect((await streamed()).map(({ seq }) => seq)).toEqual(inOrder(9))
})

it('[law 7] of several relays one works, and the others take over when it is gone', async () => {
  const [first, second] = [await forkRelay(), runAuditRelay(services)]
  await append(3)
  await until(async () => (await marked()) === 3)
  first.kill('SIGKILL')
  await append(4)
  await until(async () => (await marked()) === 7)
  await second()
  expect((await streamed()).map(({ seq }) => seq)).toEqual(inOrder(7))
})

it('a message that someone else put on the stream is stepped over', async () => {
  const stop = runAuditRelay(services)
  await append(1)
  await until(async () => (await marked()) === 1)
  await services.nats.js.publish('audit.foreign', '{"seq":-1}')
  await append(2)
  await until(async () => (await marked()) === 3)
  await stop()
  expect((await streamed()).map(({ seq }) => seq)).toEqual([1, -1, 2, 3])
})

it('[law 7] what a restored database wrote since is on the stream, behind what it no longer has', async () => {
  const { pool } = services
  await append(2)
  const settings = await pool.query(`SELECT key, value::text FROM setting WHERE key LIKE 'audit%'`)
  await append(3)
  const stop = runAuditRelay(services)
  await until(async () => (await marked()) === 5)
  await stop()
  await inTransaction(pool, async (client) => {
    await client.query(`SET LOCAL session_replication_role = replica`)
    await client.query('DELETE FROM audit_entry WHERE seq > 2')
    await client.query(`DELETE FROM setting WHERE key LIKE 'audit%'`)
    for (const { key, value } of settings.rows as { key: string; value: string }[])
      await client.query('INSERT INTO setting (key, value) VALUES ($1, $2::jsonb)', [key, value])
  })
  await append(4, 'job.cancel')
  const again = runAuditRelay(services)
  await until(async () => (await marked()) === 6)
  await again()
  const stream = await streamed()
  expect(stream.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 3, 4, 5, 6])
  expect(stream.slice(5).every(({ subject }) => subject === 'audit.job.cancel')).toBe(true)
})
