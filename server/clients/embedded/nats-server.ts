import type { ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import path from 'node:path'
import { AppError, sleep } from '../../platform'
import { findNatsServer, syncsEveryWrite } from './find-nats-server'
import { authorization, ensureNatsPasswords, natsUrls, type NatsPasswords, type NatsUser } from './nats-users'
import { freePort, rememberedPort } from './ports'
import { commandLine, ended, endProcess, spawnService, tail } from './process'

const startTimeoutMs = 60_000
const startAttempts = 5
const stopPatienceMs = 20_000

export interface NatsServerOptions {
  /** The store's folder. Beside it, with the same name: `.conf`, `.log`, `.port`, `.pid`, `.users`. */
  dir: string
  port?: number
  /** False only in tests that do not cut the power: the disk is not waited for. */
  durable?: boolean
  /** Only the users of the table are let in, each to what is its own; without it everyone may do everything. */
  users?: boolean
}

export interface EmbeddedNats {
  /** That of the provisioner, where there are users. */
  url: string
  /** By user; all the same where there are none. */
  urls: Readonly<Record<NatsUser, string>>
  port: number
  pid: number
  version: string
  /** Whether an acknowledged write survives a power cut (server 2.10 and newer). */
  syncsEveryWrite: boolean
  exited: Promise<void>
  stop(): Promise<void>
}

/** Starts a private nats-server with JetStream on loopback, after stopping one that a killed Parallax left behind. */
export async function startNatsServer(options: NatsServerOptions): Promise<EmbeddedNats> {
  const dir = path.resolve(options.dir)
  const server = await findNatsServer()
  const always = (options.durable ?? true) && syncsEveryWrite(server.version)
  mkdirSync(dir, { recursive: true })
  await endOrphan(dir)
  const passwords = options.users === true ? ensureNatsPasswords(dir) : null
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (attempt === 1 ? await rememberedPort(`${dir}.port`) : await freePort())
    writeFileSync(`${dir}.conf`, configuration(dir, port, { always, passwords }), { mode: 0o600 })
    chmodSync(`${dir}.conf`, 0o600) // an earlier release made it readable
    const child = spawnService({ command: server.path, args: ['-c', `${dir}.conf`], logFile: `${dir}.log` })
    const pid = child.pid ?? 0
    writeFileSync(`${dir}.pid`, String(pid)) // before anything else: from here on a crash leaves it running
    const exited = ended(child)
    if (await becomesReady(port, child)) {
      writeFileSync(`${dir}.port`, String(port))
      const urls = passwords === null ? openUrls(port) : natsUrls(port, passwords)
      return {
        url: urls.provisioner,
        urls,
        port,
        pid,
        version: server.version,
        syncsEveryWrite: always,
        exited,
        stop: () => endProcess(pid, 'SIGTERM', stopPatienceMs).then(() => exited),
      }
    }
    if (attempt === startAttempts) {
      throw new AppError(
        'unavailable',
        `Starting the private nats-server in ${dir} failed: ${tail(`${dir}.log`)}`,
      )
    }
    await sleep(200)
  }
}

function openUrls(port: number): Record<NatsUser, string> {
  const url = `nats://127.0.0.1:${port}`
  return { provisioner: url, gateway: url, worker: url, batch: url }
}

// No http port: the server's monitoring is off.
const configuration = (
  dir: string,
  port: number,
  { always, passwords }: { always: boolean; passwords: NatsPasswords | null },
) => `server_name: parallax
listen: "127.0.0.1:${port}"
max_payload: 8MB
jetstream {
  store_dir: ${JSON.stringify(dir)}
  max_file_store: 1TB
${always ? '  sync_interval: always\n' : ''}}
${passwords === null ? '' : authorization(passwords)}`

/** Ready when it greets us with JetStream on; a foreign server on the port would not be ours, so the child must live. */
async function becomesReady(port: number, child: ChildProcess): Promise<boolean> {
  const gone = new AbortController()
  void ended(child).then(() => {
    gone.abort()
  })
  const deadline = Date.now() + startTimeoutMs
  while (Date.now() < deadline && !gone.signal.aborted) {
    if ((await greeting(port)).includes('"jetstream":true')) return !gone.signal.aborted
    await sleep(10)
  }
  return false
}

function greeting(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectSocket({ host: '127.0.0.1', port, timeout: 1_000 })
    const done = (text: string) => {
      socket.destroy()
      resolve(text)
    }
    socket.once('data', (data) => {
      done(data.toString('utf8'))
    })
    for (const event of ['error', 'timeout', 'close'] as const) {
      socket.once(event, () => {
        done('')
      })
    }
  })
}

async function endOrphan(dir: string): Promise<void> {
  if (!existsSync(`${dir}.pid`)) return
  const pid = Number(readFileSync(`${dir}.pid`, 'utf8'))
  if (pid > 0 && commandLine(pid).includes(`${dir}.conf`)) await endProcess(pid, 'SIGTERM', stopPatienceMs)
}
