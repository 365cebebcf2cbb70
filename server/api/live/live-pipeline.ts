import { tracked, type TrackedEnvelope } from '@trpc/server'
import { pipelineStatus, readable, type Console } from '../../control'
import { seriesStep, type Range } from '../../serving'
import type { SeriesInput } from '../trpc/inputs'
import type { LiveMessage } from '../trpc/shapes'
import { absolute, readSeriesView } from '../views'
import { Mailbox, type Letter } from './mailbox'
import { joinFeed, type FeedPush, type PipelineFeed } from './pipeline-feed'
import { formatResumeId, readResumeId } from './resume-id'
import { SharedReads } from './shared-reads'
import type { ViewChange } from './view-change'
import { hubOf } from './view-hub'

type Input = SeriesInput & { lastEventId?: string | null | undefined }
type Out = AsyncGenerator<TrackedEnvelope<LiveMessage>, void, undefined>

/**
 * Backfill, cutover, stream. The viewer joins the feed before it reads its snapshot, so a change in between is
 * pushed after it; points are whole values, so nothing counts twice. A slow viewer gets the newest of each point.
 */
export async function* livePipeline(console: Console, input: Input, signal: AbortSignal | undefined): Out {
  const hub = hubOf(console)
  await hub.ready()
  let resume = readResumeId(input.lastEventId)
  while (!signal?.aborted) {
    const { compiled } = await readable(console, input.name)
    const { windowSizeMs } = compiled.definition
    const range = () => absolute(input.range, console.clock.now(), windowSizeMs)
    const stepMs = seriesStep(range(), windowSizeMs, input.maxPoints)
    const mailbox = new Mailbox(signal)
    const { feed, leave } = joinFeed(
      console,
      { name: input.name, key: input.key ?? null, measure: input.measure ?? null, stepMs },
      {
        range,
        onPush: (push) => {
          mailbox.put(push)
        },
        onReset: () => {
          mailbox.reset()
        },
        onError: (error) => {
          mailbox.fail(error)
        },
      },
    )
    try {
      const { seq } = hub
      const missed = resume?.stepMs === stepMs ? hub.since(resume.seq) : null
      resume = null
      if (missed)
        replay(
          feed,
          seq,
          missed.filter(({ pipeline }) => pipeline === input.name),
        )
      else yield tracked(formatResumeId({ seq, stepMs }), await sharedSnapshot(console, input))
      let letter: Letter
      while ((letter = await mailbox.take()) !== 'reset') {
        if (letter === 'left') return
        yield tracked(formatResumeId({ seq: letter.seq, stepMs }), pointsMessage(letter, range()))
      }
    } finally {
      leave()
    }
  }
}

/** What a resuming viewer missed comes with the feed's next push. */
function replay(feed: PipelineFeed, seq: number, missed: readonly ViewChange[]): void {
  for (const change of missed) feed.note(seq, change)
}

const snapshots = new WeakMap<Console, SharedReads<LiveMessage>>()

/** Hundreds of viewers come back at once when their process was restarted: one read is for all who show the same. */
function sharedSnapshot(console: Console, input: Input): Promise<LiveMessage> {
  const reads = snapshots.get(console) ?? new SharedReads<LiveMessage>()
  snapshots.set(console, reads)
  const { lastEventId: _, ...shown } = input
  return reads.get(JSON.stringify(shown), () => snapshot(console, input))
}

async function snapshot(console: Console, input: Input): Promise<LiveMessage> {
  const [series, status] = await Promise.all([
    readSeriesView(console, input),
    pipelineStatus(console, input.name),
  ])
  return { kind: 'snapshot', series, status }
}

const messages = new WeakMap<FeedPush, LiveMessage>()

/** Viewers who see all of a push are sent one object, which is put into words for the wire once. */
function pointsMessage(push: FeedPush, { from, to }: Range): LiveMessage {
  const { points, status } = push
  const seen = points.filter((point) => point.windowEnd > from && point.windowStart < to)
  const isWhole = seen.length === points.length
  const known = isWhole ? messages.get(push) : undefined
  if (known) return known
  const { boundary, watermark } = status
  const message: LiveMessage = { kind: 'points', points: seen, boundary, watermark, status }
  if (isWhole) messages.set(push, message)
  return message
}
