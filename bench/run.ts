import { parseArgs } from 'node:util'
import type { BenchOptions, Figure } from './figure'
import { growths } from './growth'

/** Each figure's module is loaded when it runs: one that fails to load does not take the others with it. */
const figures: Record<string, () => Promise<(options: BenchOptions) => Promise<Figure>>> = {
  'speed.single': async () => (await import('./speed-rate')).speedSingle,
  'speed.frames': async () => (await import('./speed-rate')).speedFrames,
  'ingest.http': async () => (await import('./ingest-rate')).ingestHttp,
  'ingest.frames': async () => (await import('./ingest-rate')).ingestFrames,
  'event_to_view.5k': async () => (await import('./event-to-view')).eventToView(5_000),
  'event_to_view.20k': async () => (await import('./event-to-view')).eventToView(20_000),
  'heatmap.draw_ms': async () => (await import('./heatmap')).heatmapDraw,
  'heatmap.hover_fps': async () => (await import('./heatmap')).heatmapHover,
  'read.values': async () => (await import('./read-values')).readValuesBench,
  'sse.viewers': async () => (await import('./sse-viewers')).sseViewers,
  'slo.evaluate': async () => (await import('./slo-evaluate')).sloEvaluate,
  'web.lcp.overview': async () => (await import('./web-vitals')).webVital('overview', 'lcp'),
  'web.inp.overview': async () => (await import('./web-vitals')).webVital('overview', 'inp'),
  'web.cls.overview': async () => (await import('./web-vitals')).webVital('overview', 'cls'),
  'web.js.overview': async () => (await import('./web-vitals')).webVital('overview', 'js'),
  'web.lcp.triage': async () => (await import('./web-vitals')).webVital('triage', 'lcp'),
  'web.inp.triage': async () => (await import('./web-vitals')).webVital('triage', 'inp'),
  'web.cls.triage': async () => (await import('./web-vitals')).webVital('triage', 'cls'),
  'web.js.triage': async () => (await import('./web-vitals')).webVital('triage', 'js'),
  'audit.append': async () => (await import('./audit-append')).auditAppend,
  archive: async () => (await import('./archive-rate')).archiveRate,
  'view.load': async () => (await import('./view-load')).viewLoad,
  'publish.flip.1k': async () => (await import('./publish-flip')).publishFlip('1k'),
  'publish.flip.1m': async () => (await import('./publish-flip')).publishFlip('1m'),
  'batch.recompute': async () => (await import('./batch-recompute')).batchRecompute,
  'reconcile.compare': async () => (await import('./reconcile-compare')).reconcileCompare,
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    reps: { type: 'string', default: '3' },
    scale: { type: 'string', default: '1' },
  },
})

const wanted = values.only?.split(',') ?? Object.keys(figures)
const unknown = wanted.filter((name) => !(name in figures) && !(name in growths))
if (unknown.length > 0) {
  console.error(
    `No such figure: ${unknown.join(', ')}. There are ${[...Object.keys(figures), ...Object.keys(growths)].join(', ')}.`,
  )
  process.exit(2)
}

process.env.PARALLAX_LOG_LEVEL ??= 'error'
const options: BenchOptions = {
  reps: Number(values.reps),
  scale: Number(values.scale),
  log: (line) => {
    console.error(line)
  },
}

let failed = 0
for (const name of wanted) {
  try {
    const run = await figures[name]?.()
    if (run !== undefined) print(await run(options))
    const grow = await growths[name]?.()
    if (grow !== undefined) console.log(JSON.stringify(await grow(options)))
  } catch (error) {
    failed++
    console.error(`${name} failed:`, error)
  }
}
process.exit(failed === 0 ? 0 : 1)

function print(figure: Figure): void {
  if (values.json) {
    console.log(JSON.stringify(figure))
    return
  }
  const { name, value, unit, limit, ratio, p50, p95, p99, n } = figure
  const spread = p50 === undefined ? '' : `  p50 ${p50}  p95 ${p95 ?? ''}  p99 ${p99 ?? ''}`
  console.log(`${name.padEnd(18)} ${value} ${unit}  limit ${limit}  ratio ${ratio}${spread}  n ${n}`)
}
