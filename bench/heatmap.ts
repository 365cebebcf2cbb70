import { chromium, type Browser, type Page } from '@playwright/test'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createUser } from '../server/auth'
import type { TestServices } from '../server/clients/testing'
import { sleep } from '../server/platform'
import { openBenchServices } from './bench-services'
import { median, percentile, rounded, type BenchOptions, type Figure } from './figure'
import { heatPipeline, seedHeatmap } from './heatmap-seed'

const drawLimitMs = 100
const hoverLimitFps = 60
const hoverMs = 4_000
const restMs = 2_000
const user = { email: 'bench@parallax.local', password: 'parallax-bench-admin' }

interface Measured {
  cells: number
  drawMs: number[]
  frameMs: number[]
}

let measured: Promise<Measured> | undefined

/** Decoding, deciding and drawing 100,000 cells, from the answer's arrival to pixels, in a real browser. */
export async function heatmapDraw(options: BenchOptions): Promise<Figure> {
  const { drawMs, cells } = await (measured ??= measure(options))
  const value = median(drawMs)
  return {
    name: 'heatmap.draw_ms',
    value: rounded(value, 3),
    unit: `ms of ${cells} cells`,
    limit: drawLimitMs,
    ratio: rounded(drawLimitMs / value, 3),
    n: drawMs.length,
  }
}

/** Frames a second while the pointer visits another cell in every frame, half of the time dragging a selection. */
export async function heatmapHover(options: BenchOptions): Promise<Figure> {
  const { frameMs } = await (measured ??= measure(options))
  const value = (frameMs.length / frameMs.reduce((sum, ms) => sum + ms, 0)) * 1_000
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => rounded(percentile(frameMs, q), 3))
  return {
    name: 'heatmap.hover_fps',
    value: rounded(value, 3),
    unit: 'fps',
    limit: hoverLimitFps,
    ratio: rounded(value / hoverLimitFps, 3),
    p50: p50 ?? NaN,
    p95: p95 ?? NaN,
    p99: p99 ?? NaN,
    n: frameMs.length,
  }
}

/** The built console on services of its own, with an hour of a pipeline in them. */
async function measure({ reps, log }: BenchOptions): Promise<Measured> {
  const services = await openBenchServices()
  const dataDir = mkdtempSync(path.join(tmpdir(), 'parallax-heatmap-'))
  let web: ChildProcess | undefined
  let browser: Browser | undefined
  try {
    await seedHeatmap(services, Date.now())
    const client = await services.pool.connect()
    await createUser(client, { ...user, role: 'admin' })
    client.release()
    const port = await freePort()
    web = startWeb(services, port, dataDir)
    const base = `http://127.0.0.1:${port}`
    await untilReady(base, web)
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    })
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } })
    const signedIn = await page.request.post(`${base}/api/trpc/auth.signIn`, {
      data: { json: user },
      headers: { origin: base },
    })
    if (!signedIn.ok()) throw new Error(`signing in failed: ${await signedIn.text()}`)
    const url = `${base}/divergence?pipeline=${heatPipeline}&cells=fit`
    const drawMs: number[] = []
    for (let i = 0; i < Math.max(3, reps); i++) drawMs.push(await drawOnce(page, url))
    const restFps = await page.evaluate(rest, restMs)
    const frameMs = await page.evaluate(hover, hoverMs)
    const cells = await cellCount(page)
    log(
      `heatmap: ${cells} cells, draws ${drawMs.map((ms) => ms.toFixed(0)).join(', ')} ms; at rest the page gets ${restFps.toFixed(0)} fps`,
    )
    return { cells, drawMs, frameMs }
  } finally {
    await browser?.close()
    await stopped(web)
    await services.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function drawOnce(page: Page, url: string): Promise<number> {
  await page.goto(url)
  await page.waitForFunction(() => performance.getEntriesByName('heatmap.draw').length > 0)
  return page.evaluate(() =>
    ['heatmap.prepare', 'heatmap.image', 'heatmap.draw'].reduce(
      (sum, name) => sum + (performance.getEntriesByName(name)[0]?.duration ?? NaN),
      0,
    ),
  )
}

/** Rows times columns, as the map tells a person who cannot see it and as the address of its last cell shows. */
async function cellCount(page: Page): Promise<number> {
  const answer = await page.request.get(
    `${new URL(page.url()).origin}/api/trpc/divergence.grid?input=${encodeURIComponent(
      JSON.stringify({ json: { name: heatPipeline, measure: 'scans', range: { lastMs: 3_600_000 } } }),
    )}`,
  )
  const { result } = (await answer.json()) as { result: { data: { json: { keys: string[]; cols: number } } } }
  return result.data.json.keys.length * result.data.json.cols
}

/** Runs in the page: frames a second while nothing happens; what the machine itself has to give. */
function rest(ms: number): Promise<number> {
  return new Promise((resolve) => {
    const startedAt = performance.now()
    let frames = 0
    const step = () => {
      frames++
      if (performance.now() - startedAt >= ms) resolve((frames / ms) * 1_000)
      else requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  })
}

/** Runs in the page: one move of the pointer a frame, over a path that crosses the map. */
function hover(ms: number): Promise<number[]> {
  const target = document.querySelector('.heat-scroller')
  if (!target) throw new Error('there is no map')
  const { left, top, width, height } = target.getBoundingClientRect()
  const at = (share: number, type: string) => {
    const clientX = left + width * (0.1 + 0.8 * ((share * 7) % 1))
    const clientY = top + height * (0.1 + 0.8 * share)
    target.dispatchEvent(
      new PointerEvent(type, {
        clientX,
        clientY,
        bubbles: true,
        pointerType: 'mouse',
        pointerId: 1,
        button: 0,
      }),
    )
  }
  // Events that a script makes have no pointer to capture.
  target.setPointerCapture = () => undefined
  return new Promise((resolve) => {
    const frames: number[] = []
    let startedAt = 0
    let before = 0
    let isDragging = false
    const step = (now: number) => {
      startedAt ||= now
      if (before > 0) frames.push(now - before)
      before = now
      const share = (now - startedAt) / ms
      if (share >= 1) {
        at(1, 'pointerup')
        resolve(frames)
        return
      }
      if (share > 0.5 && !isDragging) {
        isDragging = true
        at(share, 'pointerdown')
      }
      at(share, 'pointermove')
      requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  })
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
