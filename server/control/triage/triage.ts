import type { Nats, Pool } from '../../clients'
import { divergenceValue } from '../../reconcile'
import { logger, type Clock } from '../../platform'
import { readTraces, type TraceSummary } from '../../slo'
import { compiledOf } from '../compiled'
import type { PipelineListItem } from '../model'
import { listPipelines } from '../pipelines'
import { selectPipelines } from '../pipeline-store'
import { partitionLags } from '../status'
import { backlogRows, worstFirst } from './backlog'
import { failingJobs } from './failing'
import type { BacklogRow, RecentDivergence, TriageView } from './model'
import { addSample, type BacklogSample } from './pace'
import { backlogMinutes, failedRuns, positionTimes, worstFound } from './triage-store'

const pipelinesLimit = 500
const lineMs = 10 * 60_000
const recentMs = 60 * 60_000
const limits = { backlog: 200, traces: 12, runs: 200, failing: 12, cellsOfPipeline: 3, cells: 12 }

interface Deps {
  pool: Pool
  nats: Nats
  clock: Clock
}

/** What the on-call needs beside the alerts; a part that cannot be read is named and leaves the rest standing. */
export async function readTriage(deps: Deps): Promise<TriageView> {
  const missing: TriageView['missing'] = []
  const part = <T>(name: TriageView['missing'][number]['part'], read: Promise<T[]>): Promise<T[]> =>
    read.catch((error: unknown) => {
      logger('triage').warn({ err: error, part: name }, 'a part of triage was not read')
      missing.push({ part: name, says: 'It could not be read. It is tried again by itself.' })
      return []
    })
  const [backlog, traces, failing, divergence] = await Promise.all([
    part('backlog', readBacklog(deps)),
    part('traces', recentTraces(deps)),
    part(
      'failing',
      failedRuns(deps.pool, { sinceMs: recentMs, limit: limits.runs }).then((runs) =>
        failingJobs(runs, limits.failing),
      ),
    ),
    part('divergence', readDivergenceFound(deps)),
  ])
  return { at: deps.clock.now(), backlog, traces, failing, divergence, missing }
}

/** Per process: what was looked at before gives rates and the newest part of the line. */
const memories = new WeakMap<Pool, Map<string, BacklogSample[]>>()

/** What waits for the speed layer of each pipeline, with its diagnosis; worst first. */
export async function readBacklog(deps: Deps): Promise<BacklogRow[]> {
  const pipelines = await listPipelines(deps)
  const now = deps.clock.now()
  const [minutes, times] = await Promise.all([
    backlogMinutes(deps.pool, { pipelines: pipelines.map(({ name }) => name), from: now - lineMs }),
    positionTimes(
      deps.pool,
      pipelines.map(({ computeId }) => computeId),
    ),
  ])
  const rows = await Promise.all(
    pipelines.map(async (pipeline) => {
      const ofCompute = times.filter(({ computeId }) => computeId === pipeline.computeId)
      return backlogRows({
        pipeline,
        lags: await partitionLags(deps, pipeline.eventType, pipeline.status.position),
        silentMs: new Map(ofCompute.map(({ partition, silentMs }) => [partition, silentMs])),
        minutes: minutes.filter((minute) => minute.pipeline === pipeline.name),
        samplesOf: samplerOf(
          deps.pool,
          pipeline,
          new Map(ofCompute.map((row) => [row.partition, row.folded])),
          now,
        ),
        now,
      })
    }),
  )
  return rows.flat().sort(worstFirst).slice(0, limits.backlog)
}

const memoryLimit = 2_000

function samplerOf(pool: Pool, { name }: PipelineListItem, folded: ReadonlyMap<number, number>, now: number) {
  const memory = memories.get(pool) ?? new Map<string, BacklogSample[]>()
  memories.set(pool, memory)
  return (partitions: readonly number[], waiting: number): BacklogSample[] => {
    const id = `${name} ${partitions.join()}`
    const total = partitions.reduce((sum, partition) => sum + (folded.get(partition) ?? 0), 0)
    const samples = addSample(memory.get(id) ?? [], { at: now, folded: total, waiting })
    memory.delete(id)
    memory.set(id, samples)
    if (memory.size > memoryLimit) memory.delete(memory.keys().next().value ?? '')
    return samples
  }
}

/** Those kept because they failed or took long, newest first. */
async function recentTraces(deps: Deps): Promise<TraceSummary[]> {
  const page = { from: deps.clock.now() - recentMs, limit: limits.traces }
  const [failed, slow] = await Promise.all([
    readTraces(deps, { ...page, kept: 'error' }),
    readTraces(deps, { ...page, kept: 'slow' }),
  ])
  return [...failed, ...slow].sort((a, b) => b.at - a.at).slice(0, limits.traces)
}

async function readDivergenceFound({ pool }: Deps): Promise<RecentDivergence[]> {
  const stored = await selectPipelines(pool, pipelinesLimit)
  const compiled = new Map(stored.map((row) => [row.computeId, compiledOf(row).definition]))
  const rows = await worstFound(pool, {
    computes: [...compiled].map(([id, { batch }]) => ({ id, tolerance: batch.tolerance })),
    sinceMs: recentMs,
    limit: limits.cellsOfPipeline,
  })
  return rows
    .flatMap(({ computeId, speed, batch, mainCause, ...row }): RecentDivergence[] => {
      const definition = compiled.get(computeId)
      if (!definition) return []
      const measure = definition.measures.find(({ name }) => name === row.measure)
      return [
        {
          ...row,
          pipeline: definition.name,
          windowEnd: row.windowStart + definition.windowSizeMs,
          served: divergenceValue(measure, speed),
          batch: divergenceValue(measure, batch),
          cause: mainCause,
          tolerance: definition.batch.tolerance,
        },
      ]
    })
    .sort((a, b) => b.foundAt - a.foundAt || b.relative - a.relative)
    .slice(0, limits.cells)
}
