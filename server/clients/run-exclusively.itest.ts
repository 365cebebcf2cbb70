import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sleep, type Stop } from '../platform'
import { runExclusively } from './run-exclusively'
import { startTestServices, type TestServices } from './testing'

let services: TestServices
const children: ChildProcess[] = []
const stops: Stop[] = []

beforeEach(async () => {
  services = await startTestServices()
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await Promise.all(stops.splice(0).map((stop) => stop()))
  await services.stop()
})

const count = async (sql: string): Promise<number> => {
  const { rows } = await services.pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${sql}`)
  return rows[0]?.n ?? 0
}
const childRows = () => count(`setting WHERE key LIKE 'child-%'`)
const patience = { timeout: 60_000, interval: 50 }

async function startChild(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('testing-exclusive.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, DATABASE_URL: services.databaseUrl },
  })
  children.push(child)
  await expect.poll(childRows, patience).toBeGreaterThan(0)
  return child
}

/** Stands by, and works when it may. */
function standBy(): { working: () => boolean } {
  let isWorking = false
  stops.push(
    runExclusively({
      pool: services.pool,
      name: 'test work',
      async work(_client, signal) {
        isWorking = true
        while (!signal.aborted) await sleep(50, signal)
        isWorking = false
      },
    }),
  )
  return { working: () => isWorking }
}

test('[law 7] a process that stands still in its work is replaced when its lease runs out, and writes nothing when it wakes', async () => {
  const zombie = await startChild()
  const successor = standBy()
  zombie.kill('SIGSTOP')
  await services.pool.query('UPDATE exclusive_lease SET lease_until = clock_timestamp()')
  await expect.poll(successor.working, patience).toBe(true)
  const written = await childRows()
  zombie.kill('SIGCONT')
  await expect.poll(() => count('takeover WHERE fenced_at IS NOT NULL'), patience).toBe(1)
  expect(await childRows()).toBe(written)
  expect(successor.working()).toBe(true)
  const { rows } = await services.pool.query('SELECT kind, name, leases FROM takeover')
  expect(rows).toEqual([{ kind: 'exclusive', name: 'test work', leases: 1 }])
})

test('a killed process is replaced without waiting for its lease', async () => {
  const child = await startChild()
  const successor = standBy()
  await services.pool.query(`UPDATE exclusive_lease SET lease_until = clock_timestamp() + interval '1 hour'`)
  child.kill('SIGKILL')
  await expect.poll(successor.working, patience).toBe(true)
})

test('who ends cleanly is followed by another, and is no takeover', async () => {
  const first = standBy()
  await expect.poll(first.working, patience).toBe(true)
  const second = standBy()
  await stops.shift()?.()
  await expect.poll(second.working, patience).toBe(true)
  expect(await count('takeover')).toBe(0)
  expect(first.working()).toBe(false)
})
