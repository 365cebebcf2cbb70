import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createUser } from '../server/auth'
import { inTransaction } from '../server/clients'
import type { TestServices } from '../server/clients/testing'
import { sleep } from '../server/platform'

const password = 'parallax-bench-admin'

/** The built console as a process of its own, with somebody who can sign in. */
export interface BuiltWeb {
  url: string
  pid: number
  /** The cookie of a new session, of a user of its own: what one user may hold open is limited. */
  signIn(): Promise<string>
  stop(): Promise<void>
}

export async function startBuiltWeb(services: TestServices): Promise<BuiltWeb> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'parallax-bench-web-'))
  const port = await freePort()
  const web = startWeb(services, port, dataDir)
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    await stopped(web)
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    await untilReady(url, web)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, pid: web.pid ?? 0, signIn: () => signIn(services, url), stop }
}

async function signIn({ pool }: TestServices, url: string): Promise<string> {
  const user = { email: `bench-${randomUUID()}@parallax.local`, password }
  await inTransaction(pool, (client) => createUser(client, { ...user, role: 'admin' }))
  const answer = await fetch(`${url}/api/trpc/auth.signIn`, {
    method: 'POST',
    body: JSON.stringify({ json: user }),
    headers: { origin: url, 'content-type': 'application/json' },
  })
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0]
  if (!answer.ok || cookie === undefined) throw new Error(`signing in failed: ${await answer.text()}`)
  return cookie
}

function startWeb(services: TestServices, port: number, dataDir: string): ChildProcess {
  const root = process.cwd()
  const program = path.join(root, 'dist', 'parallax.mjs')
  if (!existsSync(program) || !existsSync(path.join(root, '.next', 'BUILD_ID')))
    throw new Error('there is no production build: run `npm run build` first')
  return spawn(
    process.execPath,
    [program, 'start', '--roles', 'web', '--feed', 'none', '--port', String(port), '--data-dir', dataDir],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        PARALLAX_ROOT: root,
        PARALLAX_LOG_LEVEL: 'error',
        DATABASE_URL: services.databaseUrl,
        NATS_URL: services.natsUrl,
      },
    },
  )
}

async function untilReady(base: string, web: ChildProcess): Promise<void> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline) {
    if (web.exitCode !== null) throw new Error(`the console ended with ${web.exitCode}`)
    const answer = await fetch(`${base}/sign-in`).catch(() => null)
    if (answer?.ok) return
    await sleep(250)
  }
  throw new Error('the console was not ready within a minute')
}

async function stopped(web: ChildProcess | undefined): Promise<void> {
  if (web?.exitCode !== null) return
  const ended = new Promise((resolve) => web.once('exit', resolve))
  web.kill('SIGTERM')
  await Promise.race([ended, sleep(20_000)])
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => {
        resolve(port)
      })
    })
  })
}
