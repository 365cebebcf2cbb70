import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { getConsole, listPipelines, systemHealth, type Console, type PipelineListItem } from '../../control'
import { requireScope } from '../../auth'
import { logger, newId } from '../../platform'
import { admissionOf } from '../admission'
import { toAppError } from '../app-error'
import { problemResponse } from './problem'
import { storedMetrics } from './stored-metrics'

const counters = ['messages', 'events', 'accepted', 'filtered', 'late', 'duplicate', 'invalid'] as const

/** Pipelines are the only label that grows; definitions are limited in number, so the metrics are too. */
function buildMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'parallax_web_' })
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Gauge({ name: `parallax_${name}`, help, labelNames, registers: [registry] })
  return {
    registry,
    refreshStored: storedMetrics(registry),
    up: gauge('dependency_up', '1 when the dependency answers', ['dependency']),
    workers: gauge('workers_alive', 'Workers with a fresh heartbeat', ['role']),
    logLast: gauge('log_last_seq', 'Last message in the log', []),
    archiveLag: gauge('archive_lag_messages', 'Messages in the log that are not archived', []),
    jobs: gauge('jobs_running', 'Jobs running now', []),
    lagEvents: gauge('pipeline_lag_events', 'Events in the log that the speed layer has not folded', [
      'pipeline',
    ]),
    lagSeconds: gauge('pipeline_lag_seconds', 'Age of the oldest event not folded', ['pipeline']),
    watermark: gauge('pipeline_watermark_seconds', 'Watermark, Unix time', ['pipeline']),
    boundary: gauge('pipeline_boundary_seconds', 'Up to where batch answers, Unix time', ['pipeline']),
    publication: gauge('pipeline_publication', 'Number of the publication in force', ['pipeline']),
    folded: gauge('pipeline_folded_total', 'What the speed layer folded, by outcome', [
      'pipeline',
      'outcome',
    ]),
  }
}

type Metrics = ReturnType<typeof buildMetrics>

const holder = globalThis as { parallaxMetrics?: Metrics }

/** Set by the web process where a request comes from this machine itself; a client's own is dropped there. */
const localHeader = 'x-parallax-local'

/** For a scraper on this machine, and elsewhere for whoever may read: it names pipelines and tells what they cost. */
export async function handleMetrics(
  request: Request,
  openConsole: () => Promise<Console> = getConsole,
): Promise<Response> {
  try {
    if (!request.headers.has(localHeader)) {
      const console = await openConsole()
      requireScope(await admissionOf(console).admit(request.headers), 'read')
    }
  } catch (error) {
    return problemResponse(toAppError(error), newId())
  }
  return metricsText(openConsole)
}

async function metricsText(openConsole: () => Promise<Console>): Promise<Response> {
  const metrics = (holder.parallaxMetrics ??= buildMetrics())
  try {
    await refresh(metrics, await openConsole())
  } catch (error) {
    // A scrape must still tell that the database is away.
    logger('metrics').warn({ err: error }, 'metrics are incomplete')
    metrics.up.set({ dependency: 'postgres' }, 0)
  }
  return new Response(await metrics.registry.metrics(), {
    headers: { 'content-type': metrics.registry.contentType, 'cache-control': 'no-store' },
  })
}

async function refresh(metrics: Metrics, console: Console): Promise<void> {
  const health = await systemHealth(console)
  for (const { name, health: state } of health.dependencies)
    metrics.up.set({ dependency: name }, state === 'bad' ? 0 : 1)
  metrics.workers.reset()
  for (const { role, alive } of health.workers) if (alive) metrics.workers.inc({ role })
  metrics.jobs.set(health.runningJobs)
  const pipelines = await listPipelines(console)
  const [first] = pipelines
  if (first) {
    metrics.logLast.set(first.status.archive.logSeq)
    metrics.archiveLag.set(first.status.archive.lagMessages)
  }
  const perPipeline = [
    metrics.lagEvents,
    metrics.lagSeconds,
    metrics.watermark,
    metrics.boundary,
    metrics.publication,
  ]
  for (const gauge of [...perPipeline, metrics.folded]) gauge.reset()
  for (const item of pipelines) setPipeline(metrics, item)
  await metrics.refreshStored(console)
}

function setPipeline(metrics: Metrics, { name: pipeline, status }: PipelineListItem): void {
  metrics.lagEvents.set({ pipeline }, status.lag.events)
  metrics.lagSeconds.set({ pipeline }, status.lag.seconds)
  metrics.publication.set({ pipeline }, status.publication)
  // No data is a gap in the metric, never a zero.
  if (status.watermark !== null) metrics.watermark.set({ pipeline }, status.watermark / 1000)
  if (status.boundary !== null) metrics.boundary.set({ pipeline }, status.boundary / 1000)
  for (const outcome of counters) metrics.folded.set({ pipeline, outcome }, status.counters[outcome])
}
