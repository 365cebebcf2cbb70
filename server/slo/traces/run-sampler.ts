import { runExclusively, type Pool, type PoolClient } from '../../clients'
import { sleep, type Stop } from '../../platform'
import {
  budgetOf,
  decideTrace,
  endedTrace,
  readSlowUs,
  runSlowFactor,
  type Budget,
  type SlowLimits,
} from './decide-trace'
import {
  databaseNow,
  deleteSpans,
  forgetTraces,
  selectOpen,
  selectThresholds,
  selectUsualRuns,
  upsertTraces,
  type KeptTrace,
} from './sampler-store'
import { summariseTrace } from './summarise-trace'
import { selectKept, selectSpans, type SpanRow } from './trace-store'

export interface SamplerOptions {
  pool: Pool
  everyMs?: number
  /** A trace has ended when nothing came for so long. */
  quietS?: number
}

const openS = 3_600
const forgetEveryMs = 60_000
/** Traces looked at in one go; more wait for the next. */
const tracesLimit = 2_000
/** Traces whose spans are in memory at a time. */
const chunk = 100
const defaultThresholdMs = 5_000

/** Decides on traces that have ended: in one process at a time, until stopped. */
export const runTraceSampler = ({ pool, everyMs = 5_000, quietS = 30 }: SamplerOptions): Stop =>
  runExclusively({
    pool,
    name: 'trace sampler',
    async work(client, signal) {
      let forgotAt = -Infinity
      let lookedAt = 0
      let after = 0
      while (!signal.aborted) {
        const now = await databaseNow(client)
        const seconds = lookedAt === 0 ? 60 : (now - lookedAt) / 1_000
        lookedAt = now
        after = await sampleTraces(client, {
          after: Math.max(after, now - openS * 1_000 * 2),
          quietS,
          budget: budgetOf(seconds),
        })
        if (now - forgotAt >= forgetEveryMs) {
          forgotAt = now
          await forgetTraces(client)
        }
        await sleep(everyMs, signal)
      }
    },
  })

interface Look {
  /** Spans written before are decided on; epoch ms. */
  after: number
  quietS: number
  budget: Budget
}

/** One look; the answer is from where the next one must look. */
export async function sampleTraces(client: PoolClient, { after, quietS, budget }: Look): Promise<number> {
  const now = await databaseNow(client)
  const open = await selectOpen(client, { after, quietS, openS, limit: tracesLimit })
  const ended = open.filter(({ isEnded }) => isEnded).map(({ traceId }) => traceId)
  if (ended.length > 0) {
    const [thresholds, usual] = await Promise.all([selectThresholds(client), selectUsualRuns(client)])
    for (let i = 0; i < ended.length; i += chunk)
      await decideAll(client, ended.slice(i, i + chunk), { thresholds, usual, budget, now })
  }
  const still = open.filter(({ isEnded }) => !isEnded)
  // Writers commit a little after the instant they are stamped with.
  const settled = now - 10_000
  return open.length >= tracesLimit ? after : Math.min(settled, ...still.map(({ since }) => since))
}

interface Known {
  thresholds: ReadonlyMap<string, number>
  usual: ReadonlyMap<string, number>
  budget: Budget
  now: number
}

async function decideAll(client: PoolClient, traceIds: readonly string[], known: Known): Promise<void> {
  const kept: KeptTrace[] = []
  const dropped: string[] = []
  for (const [traceId, spans] of byTrace(await selectSpans(client, traceIds))) {
    const shape = summariseTrace(spans)
    if (shape === null) continue
    const trace = endedTrace(traceId, spans, (run) => usualOf(run, known))
    const reason =
      decideTrace(trace, limitsOf(spans, known), known.budget) ?? (await selectKept(client, traceId))
    if (reason === null) dropped.push(traceId)
    else kept.push({ ...shape, traceId, kept: reason, spans: spans.length })
  }
  await upsertTraces(client, kept)
  if (dropped.length > 0) await deleteSpans(client, dropped, known.now)
}

const usualOf = ({ pipeline, name }: Pick<SpanRow, 'pipeline' | 'name'>, { usual }: Known): number | null =>
  usual.get(`${pipeline ?? ''} ${name}`) ?? null

/** The strictest threshold of the pipelines that a trace touches. */
function limitsOf(spans: readonly SpanRow[], { thresholds }: Known): SlowLimits {
  const pipelines = new Set(spans.flatMap(({ pipeline }) => pipeline ?? []))
  const thresholdMs = Math.min(
    ...[...pipelines].map((pipeline) => thresholds.get(pipeline) ?? defaultThresholdMs),
    pipelines.size === 0 ? defaultThresholdMs : Infinity,
  )
  return { eventUs: thresholdMs * 1_000, readUs: readSlowUs, runFactor: runSlowFactor }
}

function byTrace(spans: readonly SpanRow[]): Map<string, SpanRow[]> {
  const traces = new Map<string, SpanRow[]>()
  for (const span of spans) {
    const known = traces.get(span.traceId)
    if (known === undefined) traces.set(span.traceId, [span])
    else known.push(span)
  }
  return traces
}
