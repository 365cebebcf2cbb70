import { availableParallelism } from 'node:os'
import type { Pool } from '../../clients'
import { contentions } from './contention'
import { jobsWithin, usageBySteps, type JobSpan, type UsageRow } from './debug-store'
import type { BusyJob, ResourceUse } from './model'
import { stepMinutes } from './steps'

const jobsLimit = 60
const rowsLimit = 40
const order = ['speed', 'batch', 'reconcile', 'serving', 'log', 'shared']

/** Who used the machine, when, and which runs were in each other's way. */
export async function readUsage(pool: Pool, range: { from: number; to: number }): Promise<ResourceUse> {
  const stepMs = stepMinutes(range) * 60_000
  const [usage, spans] = await Promise.all([
    usageBySteps(pool, { ...range, stepMs }),
    jobsWithin(pool, range, jobsLimit),
  ])
  const cores = availableParallelism()
  const jobs = spans.map((span) => ({ ...span, cpuMs: cpuOf(span, usage, stepMs) }))
  const used = new Set(usage.map(({ layer }) => layer))
  return {
    stepMs,
    cores,
    layers: [
      ...order.filter((layer) => used.has(layer)),
      ...[...used].filter((layer) => !order.includes(layer)),
    ],
    steps: stepsOf(usage),
    rows: totals(usage).slice(0, rowsLimit),
    jobs: jobs.sort((a, b) => b.cpuMs - a.cpuMs || a.from - b.from),
    contention: contentions({ usage, jobs, stepMs, cores }),
  }
}

function stepsOf(usage: readonly UsageRow[]): ResourceUse['steps'] {
  const steps = new Map<number, Record<string, number>>()
  for (const { at, layer, cpuMs } of usage) {
    const step = steps.get(at) ?? {}
    step[layer] = (step[layer] ?? 0) + cpuMs
    steps.set(at, step)
  }
  return [...steps].sort(([a], [b]) => a - b).map(([at, cpuMs]) => ({ at, cpuMs }))
}

function totals(usage: readonly UsageRow[]): ResourceUse['rows'] {
  const rows = new Map<string, ResourceUse['rows'][number]>()
  for (const { layer, pipeline, cpuMs, bytesRead, bytesWritten, events } of usage) {
    const id = `${layer} ${pipeline}`
    const row = rows.get(id) ?? { layer, pipeline, cpuMs: 0, bytesRead: 0, bytesWritten: 0, events: 0 }
    row.cpuMs += cpuMs
    row.bytesRead += bytesRead
    row.bytesWritten += bytesWritten
    row.events += events
    rows.set(id, row)
  }
  return [...rows.values()].sort((a, b) => b.cpuMs - a.cpuMs)
}

/** By minutes, so a run shares its first and last with its neighbours. */
function cpuOf(job: JobSpan, usage: readonly UsageRow[], stepMs: number): BusyJob['cpuMs'] {
  return usage
    .filter(
      ({ at, layer, pipeline }) =>
        pipeline === job.pipeline &&
        (layer === 'batch' || layer === 'reconcile') &&
        at + stepMs > job.from &&
        at < (job.to ?? Infinity),
    )
    .reduce((sum, { cpuMs }) => sum + cpuMs, 0)
}
