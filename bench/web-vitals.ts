import type { Browser, Page } from '@playwright/test'
import { addPipeline, openBenchServices } from './bench-services'
import { startBuiltWeb, type BuiltWeb } from './built-web'
import { median, rounded, type BenchOptions, type Figure } from './figure'
import { openBrowser, signedInPage } from './real-browser'

const screens = { overview: '/', triage: '/triage' } as const
type ScreenName = keyof typeof screens

const limits = { lcp: 1_000, inp: 100, cls: 0.01, js: 250_000 } as const
type Vital = keyof typeof limits
type Vitals = Record<Vital, number>

const units: Record<Vital, string> = {
  lcp: 'ms to the largest paint',
  inp: 'ms from a press to the next frame',
  cls: 'layout shift',
  js: 'bytes of compressed script',
}
const settleMs = 3_000
const leastLoads = 5

let measured: Promise<Record<ScreenName, Vitals[]>> | undefined

/** What a person waits for on a screen of the production build, in a real browser: the median of several loads. */
export const webVital =
  (screen: ScreenName, vital: Vital) =>
  async (options: BenchOptions): Promise<Figure> => {
    const loads = (await (measured ??= measure(options)))[screen].map((vitals) => vitals[vital])
    const value = median(loads)
    return {
      name: `web.${vital}.${screen}`,
      value: rounded(value, 3),
      unit: units[vital],
      limit: limits[vital],
      // No shift at all is as good as it gets, not infinitely better.
      ratio: rounded(limits[vital] / Math.max(value, limits[vital] / 100), 3),
      n: loads.length,
    }
  }

async function measure({ reps, log }: BenchOptions): Promise<Record<ScreenName, Vitals[]>> {
  const services = await openBenchServices()
  let web: BuiltWeb | undefined
  let browser: Browser | undefined
  try {
    for (const name of ['bench-one', 'bench-two', 'bench-three']) await addPipeline(services, name)
    web = await startBuiltWeb(services)
    browser = await openBrowser()
    const found: Record<ScreenName, Vitals[]> = { overview: [], triage: [] }
    for (const screen of Object.keys(screens) as ScreenName[]) {
      // The first load also warms the server, as everybody's but the first one's does.
      for (let i = 0; i <= Math.max(leastLoads, reps); i++) {
        const page = await signedInPage(browser, web, { width: 1440, height: 900 })
        const vitals = await load(page, screens[screen])
        if (i > 0) found[screen].push(vitals)
        await page.context().close()
      }
      log(`web vitals of ${screen}: ${JSON.stringify(found[screen].at(-1))}`)
    }
    return found
  } finally {
    await browser?.close()
    await web?.stop()
    await services.stop()
  }
}

async function load(page: Page, path: string): Promise<Vitals> {
  await page.addInitScript(observe)
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.waitForTimeout(settleMs)
  // The open palette and the help are what people press on any screen.
  for (const key of ['?', 'Escape', 'Control+k', 'Escape']) {
    await page.keyboard.press(key)
    await page.waitForTimeout(300)
  }
  return page.evaluate(() => {
    const seen = (globalThis as unknown as { vitals: { lcp: number; cls: number; inp: number } }).vitals
    const scripts = performance
      .getEntriesByType('resource')
      .filter((entry): entry is PerformanceResourceTiming => entry instanceof PerformanceResourceTiming)
      .filter(({ name, startTime }) => name.includes('.js') && startTime < seen.lcp)
    return { ...seen, js: scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) }
  })
}

/** Runs in the page before anything else of it. */
function observe(): void {
  const vitals = { lcp: 0, cls: 0, inp: 0 }
  Object.assign(globalThis, { vitals })
  const watch = (type: string, take: (entry: PerformanceEntry) => void, more: object = {}) => {
    new PerformanceObserver((list) => {
      list.getEntries().forEach(take)
    }).observe({ type, buffered: true, ...more })
  }
  watch('largest-contentful-paint', ({ startTime }) => {
    vitals.lcp = startTime
  })
  watch('layout-shift', (entry) => {
    const { value, hadRecentInput } = entry as PerformanceEntry & { value: number; hadRecentInput: boolean }
    if (!hadRecentInput) vitals.cls += value
  })
  watch(
    'event',
    ({ duration }) => {
      vitals.inp = Math.max(vitals.inp, duration)
    },
    { durationThreshold: 16 },
  )
}
