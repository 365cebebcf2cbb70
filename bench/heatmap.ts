import type { Browser, Page } from '@playwright/test'
import { openBenchServices } from './bench-services'
import { startBuiltWeb, type BuiltWeb } from './built-web'
import { median, percentile, rounded, type BenchOptions, type Figure } from './figure'
import { heatPipeline, seedHeatmap } from './heatmap-seed'
import { openBrowser, signedInPage } from './real-browser'

const drawLimitMs = 100
const hoverLimitFps = 60
const hoverMs = 4_000
const restMs = 2_000

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
  let web: BuiltWeb | undefined
  let browser: Browser | undefined
  try {
    await seedHeatmap(services, Date.now())
    web = await startBuiltWeb(services)
    browser = await openBrowser()
    const page = await signedInPage(browser, web, { width: 1440, height: 1000 })
    const url = `${web.url}/divergence?pipeline=${heatPipeline}&cells=fit`
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
    await web?.stop()
    await services.stop()
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
