import { readFileSync, readdirSync } from 'node:fs'
import { Agent, get, type IncomingMessage } from 'node:http'
import { openAppender } from '../server/log'
import { sleep } from '../server/platform'
import { runSpeedWorker } from '../server/speed'
import { benchEvent } from './bench-events'
import { addPipeline, openBenchServices, partitions } from './bench-services'
import { startBuiltWeb, type BuiltWeb } from './built-web'
import { percentile, rounded, type BenchOptions, type Figure } from './figure'

const viewersWanted = 1_000
const openAtOnce = 50
/** What one user may hold open is limited: a thousand viewers are several users. */
const viewersOfUser = 100
const rounds = 20
const roundMs = 2_000
const settleMs = 5_000
/** What UX promises: an event published shows on an open chart within this. */
const limitMs = 2_000
const pipeline = 'bench-viewers'

interface Viewer {
  messages: number
  /** When the first message of the round came. */
  firstAt: number | null
  response: IncomingMessage
}

/**
 * A thousand live charts on one web process, over real connections: milliseconds from the acknowledgement of an
 * event to its message at each viewer, with the CPU and memory the process took meanwhile.
 */
export async function sseViewers({ scale, log }: BenchOptions): Promise<Figure> {
  const services = await openBenchServices()
  const count = Math.max(1, Math.round(viewersWanted * scale))
  const viewers: Viewer[] = []
  const agent = new Agent({ maxSockets: Infinity })
  let web: BuiltWeb | undefined
  try {
    await addPipeline(services, pipeline)
    const stopSpeed = await runSpeedWorker({ pool: services.pool, nats: services.nats, schemas: null })
    const appender = openAppender(services.nats, { partitions, lingerMs: 1 })
    web = await startBuiltWeb(services)
    let cookie = ''
    let id = 0
    const publish = () => appender.append([{ ...benchEvent(id * 100), id: `v-${id++}`, timeMs: Date.now() }])
    await publish()
    const before = processOf(web.pid)
    while (viewers.length < count) {
      if (viewers.length % viewersOfUser === 0) cookie = await web.signIn()
      const some = Math.min(openAtOnce, count - viewers.length)
      const opened = await Promise.all(
        Array.from({ length: some }, () => openViewer(web?.url ?? '', cookie, agent)),
      )
      viewers.push(...opened)
    }
    await sleep(settleMs)
    const delays: number[] = []
    const idle = processOf(web.pid)
    const startedAt = performance.now()
    for (let round = 0; round < rounds; round++) {
      for (const viewer of viewers) viewer.firstAt = null
      await publish()
      const at = performance.now()
      await sleep(roundMs)
      for (const { firstAt } of viewers) if (firstAt !== null) delays.push(firstAt - at)
    }
    const after = processOf(web.pid)
    const cpu = (after.cpuS - idle.cpuS) / ((performance.now() - startedAt) / 1_000)
    const missed = viewers.length * rounds - delays.length
    const perViewer = ((after.rssBytes - before.rssBytes) / viewers.length / 1024).toFixed(0)
    log(
      `sse.viewers: ${viewers.length} viewers, ${(cpu * 100).toFixed(0)} % of a core, ${(after.rssBytes / 1024 ** 2).toFixed(0)} MB (${perViewer} kB a viewer), ${missed} of ${viewers.length * rounds} messages not within ${roundMs} ms`,
    )
    await appender.close()
    await stopSpeed()
    const [p50 = NaN, p95 = NaN, p99 = NaN] = [0.5, 0.95, 0.99].map((q) => rounded(percentile(delays, q), 3))
    return {
      name: 'sse.viewers',
      value: p99,
      unit: `ms p99 to ${viewers.length} viewers, ${(cpu * 100).toFixed(0)} % of a core, ${(after.rssBytes / 1024 ** 2).toFixed(0)} MB`,
      limit: limitMs,
      ratio: rounded(limitMs / p99, 3),
      p50,
      p95,
      p99,
      n: delays.length,
    }
  } finally {
    for (const { response } of viewers) response.destroy()
    agent.destroy()
    await web?.stop()
    await services.stop()
  }
}

/** Resolves with the viewer's first message: the chart's whole state. */
function openViewer(url: string, cookie: string, agent: Agent): Promise<Viewer> {
  const input = { json: { name: pipeline, range: { lastMs: 900_000 }, maxPoints: 120 } }
  const path = `/api/trpc/live.pipeline?input=${encodeURIComponent(JSON.stringify(input))}`
  return new Promise((resolve, reject) => {
    get(`${url}${path}`, { agent, headers: { cookie, accept: 'text/event-stream' } }, (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`a subscription was answered with ${response.statusCode ?? 0}`))
        return
      }
      const viewer: Viewer = { messages: 0, firstAt: null, response }
      response.setEncoding('utf8')
      response.on('error', () => undefined)
      response.on('data', (text: string) => {
        // Pings and the greeting are named events; what the feed tells has a data line with JSON.
        if (!text.includes('data: {"json"')) return
        viewer.messages++
        viewer.firstAt ??= performance.now()
        resolve(viewer)
      })
    }).once('error', reject)
  })
}

/** CPU and memory of the web role among the supervisor's children. Linux tells; elsewhere the figure has none. */
function processOf(supervisor: number): { cpuS: number; rssBytes: number } {
  try {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (Number(fields[1]) !== supervisor) continue
      if (!/next|role\0web/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) continue
      const ticks = Number(fields[11]) + Number(fields[12])
      return { cpuS: ticks / 100, rssBytes: Number(fields[21]) * 4_096 }
    }
  } catch {
    // A process that ended between two reads; or no /proc at all.
  }
  return { cpuS: NaN, rssBytes: NaN }
}
