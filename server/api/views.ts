import { measureInfo, readable, type Console } from '../control'
import { listVersions, readSeries, readTopKeys } from '../serving'
import type { Range, SeriesInput, TopKeysInput } from './trpc/inputs'
import { timedRead } from './timed-read'
import type { Series, TopKeys, Versions } from './trpc/shapes'

/** `lastMs` counts back from now, to the end of the window that is open now. */
export function absolute(range: Range, now: number, windowSizeMs: number): { from: number; to: number } {
  if ('from' in range) return range
  const to = Math.floor(now / windowSizeMs) * windowSizeMs + windowSizeMs
  return { from: to - Math.max(range.lastMs, windowSizeMs), to }
}

export const readSeriesView = (console: Console, input: SeriesInput): Promise<Series> =>
  timedRead(console, { pipeline: input.name }, () => seriesView(console, input))

async function seriesView(console: Console, input: SeriesInput): Promise<Series> {
  const { compute, compiled } = await readable(console, input.name)
  const { windowSizeMs } = compiled.definition
  const at = console.clock.now()
  const range = absolute(input.range, at, windowSizeMs)
  const key = input.key ?? null
  const answer = await readSeries(console.pool, {
    compute,
    compiled,
    ...range,
    key,
    measure: input.measure ?? undefined,
    maxPoints: input.maxPoints,
  })
  return {
    pipeline: input.name,
    key,
    ...range,
    windowSizeMs,
    stepMs: answer.stepMs,
    measures: compiled.definition.measures.map(measureInfo),
    points: answer.points,
    approximate: answer.approximate,
    omitted: answer.omitted,
    boundary: answer.boundary,
    watermark: answer.watermark,
    publication: answer.publication,
    at,
  }
}

export const readTopKeysView = (console: Console, input: TopKeysInput): Promise<TopKeys> =>
  timedRead(console, { pipeline: input.name }, () => topKeysView(console, input))

async function topKeysView(console: Console, input: TopKeysInput): Promise<TopKeys> {
  const { compute, compiled } = await readable(console, input.name)
  const at = console.clock.now()
  const range = absolute(input.range, at, compiled.definition.windowSizeMs)
  const { measure, limit } = input
  const answer = await readTopKeys(console.pool, { compute, compiled, ...range, measure, limit })
  const { keys, total, hole, approximate } = answer
  return { pipeline: input.name, measure, ...range, keys, total, hole, approximate, at }
}

export async function readVersionsView(console: Console, name: string, below?: number): Promise<Versions> {
  const { stored, compute } = await readable(console, name)
  const list = await listVersions(console.pool, compute, below)
  return {
    publication: stored.publication,
    boundary: list.boundary,
    nextBelow: list.nextBelow,
    versions: list.versions.map((version) => ({
      number: version.number,
      from: version.from,
      to: version.to,
      state: version.state,
      active: version.active,
      activeRanges: version.activeRanges,
      epoch: version.epoch,
      cut: version.cut,
      digest: version.digest,
      rows: version.rows,
      events: version.events,
      bytes: version.bytes,
      createdBy: version.createdBy,
      reason: version.reason,
      jobId: version.jobId,
      startedAt: version.startedAt.getTime(),
      publishedAt: version.publishedAt?.getTime() ?? null,
    })),
    publications: list.publications.map(({ number, kind, at, actor, reason }) => ({
      number,
      kind,
      at: at.getTime(),
      actor,
      reason,
      current: number === stored.publication,
    })),
  }
}
