import { pipelineStatus, readable, type Console, type PipelineStatus, type Readable } from '../../control'
import { AppError, logger } from '../../platform'
import { readSeries } from '../../serving'
import { toAppError } from '../app-error'
import { timedRead } from '../timed-read'
import type { SeriesPoint } from '../trpc/shapes'
import { clusters, type Range } from './clusters'
import type { ViewChange } from './view-change'
import { hubOf } from './view-hub'
import { ViewSpans } from './view-spans'

/** At most four reads and pushes a second. */
const pushMs = 250
/** Without changes the status is still told this often: a lag grows by itself. */
const idleMs = 3_000

export interface FeedPush {
  seq: number
  points: SeriesPoint[]
  status: PipelineStatus
}

export interface FeedViewer {
  /** What the viewer shows now, in event time. */
  range: () => Range
  onPush: (push: FeedPush) => void
  /** What it shows is no longer true as a whole: it must read anew. */
  onReset: () => void
  onError: (error: AppError) => void
}

export interface FeedKey {
  name: string
  key: string | null
  /** Null: all measures. */
  measure: string | null
  stepMs: number
}

/**
 * What all viewers of one pipeline at one resolution share: changes are gathered for a moment, the changed windows
 * are read once from the serving room, and each viewer is handed the points.
 */
export class PipelineFeed {
  private readonly viewers = new Set<FeedViewer>()
  private readonly changed = new Set<number>()
  private readonly spans = new ViewSpans()
  private readonly unlisten: () => void
  private timer: NodeJS.Timeout | undefined
  private dueAt = Infinity
  private isPushing = false
  private seq: number
  private versionId: number | undefined

  constructor(
    private readonly console: Console,
    private readonly at: FeedKey,
    private readonly onEmpty: () => void,
  ) {
    const hub = hubOf(console)
    const unlisten = hub.listen((event) => {
      if (event === 'reset') this.reset()
      else if (event.change.pipeline === at.name) this.note(event.seq, event.change)
    })
    if (!unlisten) throw tooMany()
    this.unlisten = unlisten
    this.seq = hub.seq
  }

  add(viewer: FeedViewer): () => void {
    this.viewers.add(viewer)
    this.schedule(idleMs)
    return () => {
      if (!this.viewers.delete(viewer) || this.viewers.size > 0) return
      clearTimeout(this.timer)
      this.unlisten()
      this.onEmpty()
    }
  }

  note(seq: number, change: ViewChange): void {
    if (change.kind === 'job') return
    this.seq = Math.max(this.seq, seq)
    if (change.kind === 'cells' && change.traces) this.spans.note(change.traces)
    // Asked for only where it is needed: hundreds of viewers who come back at once replay hundreds of changes each.
    if (change.kind === 'cells' && change.windows)
      for (const start of change.windows) this.changed.add(this.stepOf(start))
    else if (change.kind === 'publication' && change.ranges) {
      const hull = this.hull()
      for (const [from, to] of change.ranges)
        this.markRange({ from: Math.max(from, hull.from), to: Math.min(to, hull.to) })
    } else this.markRange(this.hull())
    this.schedule(pushMs)
  }

  private markRange({ from, to }: Range): void {
    for (let at = this.stepOf(from); at < to; at += this.at.stepMs) this.changed.add(at)
  }

  private stepOf(start: number): number {
    return Math.floor(start / this.at.stepMs) * this.at.stepMs
  }

  /** What any viewer shows; empty when there is none. */
  private hull(): Range {
    const ranges = [...this.viewers].map((viewer) => viewer.range())
    return { from: Math.min(...ranges.map((r) => r.from)), to: Math.max(...ranges.map((r) => r.to)) }
  }

  private schedule(ms: number): void {
    const dueAt = performance.now() + ms
    if (this.isPushing || this.viewers.size === 0 || this.dueAt <= dueAt) return
    clearTimeout(this.timer)
    this.dueAt = dueAt
    this.timer = setTimeout(() => void this.push(), ms)
  }

  private async push(): Promise<void> {
    this.dueAt = Infinity
    this.isPushing = true
    const { seq } = this
    const starts = [...this.changed]
    this.changed.clear()
    const recordPushed = this.spans.take()
    try {
      const target = await readable(this.console, this.at.name)
      if (this.versionId !== undefined && this.versionId !== target.stored.versionId) this.reset()
      this.versionId = target.stored.versionId
      const [points, status] = await Promise.all([
        starts.length === 0
          ? []
          : timedRead(this.console, { pipeline: this.at.name }, () => this.readPoints(target, starts)),
        pipelineStatus(this.console, this.at.name),
      ])
      for (const viewer of this.viewers) viewer.onPush({ seq, points, status })
      recordPushed(this.at.name, this.viewers.size)
    } catch (thrown) {
      this.fail(toAppError(thrown), starts)
    }
    this.isPushing = false
    this.schedule(this.changed.size > 0 ? pushMs : idleMs)
  }

  private fail(error: AppError, starts: readonly number[]): void {
    // While a service is away what was not read stays to be read; a removed pipeline or a bug ends the feed.
    for (const start of starts) this.changed.add(start)
    if (error.code === 'unavailable') return
    if (error.code === 'internal')
      logger('live').error({ err: error.cause ?? error, pipeline: this.at.name }, 'a live feed failed')
    for (const viewer of this.viewers) viewer.onError(error)
  }

  private async readPoints(
    { compute, compiled }: Readable,
    starts: readonly number[],
  ): Promise<SeriesPoint[]> {
    const { stepMs, key, measure } = this.at
    const hull = this.hull()
    const inside = starts.filter((start) => start + stepMs > hull.from && start < hull.to)
    const points: SeriesPoint[] = []
    for (const range of clusters(inside, stepMs)) {
      const answer = await readSeries(this.console.pool, {
        compute,
        compiled,
        ...range,
        key,
        measure: measure ?? undefined,
        stepMs,
      })
      points.push(...answer.points)
    }
    return points
  }

  private reset(): void {
    this.changed.clear()
    for (const viewer of this.viewers) viewer.onReset()
  }
}

const feeds = new WeakMap<Console, Map<string, PipelineFeed>>()

/** Joins the feed of a pipeline at a resolution; the last viewer to leave ends it. */
export function joinFeed(
  console: Console,
  at: FeedKey,
  viewer: FeedViewer,
): { feed: PipelineFeed; leave: () => void } {
  const known = feeds.get(console) ?? new Map<string, PipelineFeed>()
  feeds.set(console, known)
  const id = JSON.stringify([at.name, at.key, at.measure, at.stepMs])
  const feed = known.get(id) ?? new PipelineFeed(console, at, () => known.delete(id))
  known.set(id, feed)
  return { feed, leave: feed.add(viewer) }
}

export const tooMany = (): AppError =>
  new AppError('too_many_requests', 'Too many live views are open on this server. Close some.', {
    retryAfterS: 10,
  })
