import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Product {
  url: string
  token: string
  dataDir: string
  admin: { email: string; password: string }
  process: ChildProcess
  /** A REST call with the bootstrap token; `path` from the root. */
  call(path: string, init?: RequestInit): Promise<Response>
  stop(): Promise<void>
}

interface ProductOptions {
  feed: 'flights' | 'none'
  dataDir?: string
  port?: number
  /** Keep the data folder when stopping, to start again on it. */
  keep?: boolean
  /** What is started; the built product when absent. */
  program?: string
  /** Added to the environment. */
  env?: Readonly<Record<string, string>>
  /** More of the command line. */
  args?: readonly string[]
  /** A command that runs Node, with its arguments. */
  wrap?: readonly string[]
  /** When it counts as started; when it answers that it is ready, if nothing else is said. */
  ready?: (product: Product) => Promise<boolean>
}

const readyWithinMs = 120_000

/** Starts the built product (`dist/parallax.mjs`) as a user would, on a free port and a data folder of its own. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const port = options.port ?? (await freePort())
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'parallax-e2e-')))
  const token = 'e2e-token-0123456789abcdef0123456789abcdef'
  const admin = { email: 'admin@example.test', password: 'correct horse battery staple' }
  const [command, ...before] = [...(options.wrap ?? []), process.execPath]
  const child = spawn(
    command,
    [
      ...before,
      options.program ?? 'dist/parallax.mjs',
      'start',
      ...['--port', String(port), '--data-dir', dataDir, '--feed', options.feed],
      ...(options.args ?? []),
    ],
    {
      env: {
        ...process.env,
        PARALLAX_API_TOKEN: token,
        PARALLAX_ADMIN_EMAIL: admin.email,
        PARALLAX_ADMIN_PASSWORD: admin.password,
        NATS_URL: undefined,
        DATABASE_URL: undefined,
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const output = createWriteStream(join(dataDir, 'console.log'), { flags: 'a' })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      output.write(chunk)
    })
  }
  const url = `http://127.0.0.1:${String(port)}`
  const product: Product = {
    url,
    token,
    dataDir,
    admin,
    process: child,
    call: (path, init = {}) =>
      fetch(`${url}${path}`, {
        ...init,
        headers: {
          authorization: `Bearer ${token}`,
          ...(init.headers as Record<string, string> | undefined),
        },
      }),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve))
        child.kill('SIGTERM')
        await ended
      }
      if (options.keep !== true) await rm(dataDir, { recursive: true, force: true })
    },
  }
  await until('the product is ready', readyWithinMs, async () => {
    if (child.exitCode !== null) throw new Error(`the product ended with ${String(child.exitCode)}:\n${said}`)
    if (options.ready !== undefined) return options.ready(product)
    const response = await fetch(`${url}/readyz`).catch(() => null)
    return response?.status === 200
  }).catch(async (error: unknown) => {
    await product.stop()
    throw new Error(`${String(error)}\n${said}`)
  })
  return product
}

/** Waits until `check` holds, asking again every `everyMs`. */
export async function until(
  what: string,
  withinMs: number,
  check: () => Promise<boolean>,
  everyMs = 200,
): Promise<void> {
  const deadline = Date.now() + withinMs
  for (;;) {
    if (await check()) return
    if (Date.now() > deadline) throw new Error(`waited ${String(withinMs)} ms in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
