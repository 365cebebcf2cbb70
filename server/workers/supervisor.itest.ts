import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bundleWorkers } from '../../scripts/prepare/build.mjs'
import { openPool } from '../clients'
import { commandLine, isAlive } from '../clients/embedded'

const root = path.resolve(import.meta.dirname, '../..')
const patienceMs = 120_000

let dir: string
const started: ChildProcess[] = []

/** Compiled once: a loader would do it again in each process. */
const compiled = path.join('.cache', `supervisor-${process.pid}`)

beforeAll(() => bundleWorkers({ outdir: compiled }))
afterAll(() => {
  rmSync(path.join(root, compiled), { recursive: true, force: true })
})

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'parallax-supervisor-'))
})

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    }
  }
  rmSync(dir, { recursive: true, force: true })
})

describe('the supervisor', () => {
  test('[law 7] killed with -9, leaves nothing running that matters, and the next start goes on from its data', async () => {
    const first = start()
    await first.says('Ctrl-C')
    expect(first.output()).toMatch(/Password: +\S{20}\n/)
    await query(`INSERT INTO setting (key, value) VALUES ('kept', '1')`)
    const role = await waitFor(() => childOf(first.process))
    first.process.kill('SIGKILL')
    await waitFor(() => (isAlive(role) ? null : true))
    const second = start()
    await second.says('Ctrl-C')
    expect(second.output()).toContain('as set at the first start')
    expect(await query(`SELECT value FROM setting WHERE key = 'kept'`)).toEqual([{ value: 1 }])
  })

  test('starts a killed role and a killed store again', async () => {
    const { process: supervisor, says } = start()
    await says('Ctrl-C')
    const role = await waitFor(() => childOf(supervisor))
    process.kill(role, 'SIGKILL')
    await says('speed  ended (SIGKILL)')
    await waitFor(() => {
      const again = childOf(supervisor)
      return again !== null && again !== role ? again : null
    })
    process.kill(Number(readFileSync(path.join(dir, 'nats.pid'), 'utf8')), 'SIGKILL')
    await says('nats-server  runs again')
    process.kill(
      Number(readFileSync(path.join(dir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]),
      'SIGKILL',
    )
    await says('postgres  runs again')
    expect(await query('SELECT count(*) AS n FROM user_account')).toEqual([{ n: 1 }])
  })

  test('refuses a folder that another one has, and names it', async () => {
    const first = start()
    await first.says('Ctrl-C')
    const second = start()
    expect(await second.exit()).toBe(1)
    expect(second.output()).toContain(`already runs on ${dir} (process ${first.process.pid}`)
  })

  test('told to stop, ends roles and stores and leaves no process behind', async () => {
    const { process: supervisor, says, exit, output } = start()
    await says('Ctrl-C')
    const postgres = Number(readFileSync(path.join(dir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
    const nats = Number(readFileSync(path.join(dir, 'nats.pid'), 'utf8'))
    const role = await waitFor(() => childOf(supervisor))
    supervisor.kill('SIGTERM')
    expect(await exit()).toBe(0)
    expect(output()).toContain('Stopped.')
    expect([postgres, nats, role].filter((pid) => isAlive(pid) && commandLine(pid).includes(dir))).toEqual([])
  })
})

/** The program as it is in the sources, with one role: the rest of a start is the same for all. */
function start() {
  const args = [
    path.join(compiled, 'parallax.mjs'),
    'start',
    '--roles',
    'speed',
    '--feed',
    'none',
    '--data-dir',
    dir,
  ]
  const env = {
    ...process.env,
    PARALLAX_LOG_LEVEL: 'info',
    NATS_URL: '',
    DATABASE_URL: '',
    PARALLAX_ADMIN_PASSWORD: '',
  }
  const child = spawn(process.execPath, args, { cwd: root, env })
  started.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (text += data.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return {
    process: child,
    output: () => text,
    exit: () => ended,
    says: (words: string) =>
      waitFor(
        () => {
          if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${text}`)
          return text.includes(words) ? true : null
        },
        () => text,
      ),
  }
}

/** The process of the role, found as the supervisor's child that is a role. */
function childOf(supervisor: ChildProcess): number | null {
  const list = readFileSync(`/proc/${supervisor.pid}/task/${supervisor.pid}/children`, 'utf8')
    .trim()
    .split(' ')
  return list.map(Number).find((pid) => pid > 0 && commandLine(pid).includes('role speed')) ?? null
}

async function query(sql: string): Promise<unknown[]> {
  const read = (file: string) => readFileSync(path.join(dir, file), 'utf8')
  const pool = openPool(
    `postgresql://parallax:${read('postgres.password')}@127.0.0.1:${read('postgres.port')}/parallax`,
  )
  try {
    return (await pool.query(sql)).rows as unknown[]
  } finally {
    await pool.end()
  }
}

async function waitFor<T>(look: () => T | null, context: () => string = () => ''): Promise<T> {
  for (const deadline = Date.now() + patienceMs; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const found = look()
    if (found !== null) return found
    if (Date.now() > deadline) throw new Error(`waited in vain\n${context()}`)
  }
}
