import type { TrackedEnvelope } from '@trpc/server'
import { z } from 'zod'
import {
  liveAlerts,
  liveAudit,
  liveCosts,
  liveDebug,
  liveHealth,
  liveIncident,
  liveIncidents,
  liveJobs,
  liveObjectives,
  liveOverview,
  livePipeline,
  livePipelines,
  liveTopKeys,
  liveTriage,
} from '../live'
import { heldStream } from '../admission'
import { mergeFeeds } from '../merge-feeds'
import { debugInput, pageLimit, pipelineName, range, seriesInput, topKeysInput } from './inputs'
import { router, viewerProcedure } from './init'
import type { LiveHealth, LiveJobs, LiveList, LiveMessage, TopKeys, WatchMessage } from './shapes'

type Feed<T> = AsyncGenerator<T, void, undefined>

const jobsInput = z.object({
  pipeline: pipelineName.nullish(),
  limit: z.number().int().min(1).max(pageLimit).default(50),
})

const watchInput = z.object({
  health: z.boolean().default(false),
  pipelines: z.boolean().default(false),
  jobs: jobsInput.nullish(),
  pipeline: seriesInput.nullish(),
  topKeys: topKeysInput.nullish(),
  audit: z.boolean().default(false),
  costs: z.boolean().default(false),
  alerts: z.boolean().default(false),
  triage: z.boolean().default(false),
  incidents: z.boolean().default(false),
  incident: z.object({ id: z.number().int().min(1).max(2_147_483_647) }).nullish(),
  debug: debugInput.nullish(),
  objectives: z.boolean().default(false),
  /** The range of the line and the spells. */
  overview: range.nullish(),
})

async function* topic<K extends WatchMessage['topic'], T extends object>(
  name: K,
  feed: Feed<T>,
): Feed<{ topic: K; data: T }> {
  for await (const data of feed) yield wrapped(name, data)
}

const wrappers = new WeakMap<object, { topic: string; data: object }>()

/** The same data is wrapped in the same object, for all its viewers. */
function wrapped<K extends WatchMessage['topic'], T extends object>(
  topic: K,
  data: T,
): { topic: K; data: T } {
  const known = wrappers.get(data)
  if (known?.topic === topic) return known as { topic: K; data: T }
  const wrapper = { topic, data }
  wrappers.set(data, wrapper)
  return wrapper
}

/** The resume id of a tracked message means nothing in a merged feed: a reconnect starts with a snapshot. */
async function* untracked<T>(feed: Feed<TrackedEnvelope<T>>): Feed<T> {
  for await (const [, data] of feed) yield data
}

/** Subscriptions over SSE. Each sends its whole state first, so a client needs no query beside it. */
export const liveRouter = router({
  /** The feeds a page needs, over one connection: a browser opens six to a host, over all its tabs. */
  watch: viewerProcedure.input(watchInput).subscription(({ ctx, input, signal: outer }): Feed<WatchMessage> =>
    heldStream(ctx, outer, (held) =>
      mergeFeeds((signal) => {
        const feeds: Feed<WatchMessage>[] = []
        if (input.health) feeds.push(topic('health', liveHealth(ctx.console, signal)))
        if (input.pipelines) feeds.push(topic('pipelines', livePipelines(ctx.console, signal)))
        if (input.jobs)
          feeds.push(
            topic(
              'jobs',
              liveJobs(ctx.console, { ...input.jobs, pipeline: input.jobs.pipeline ?? null }, signal),
            ),
          )
        if (input.pipeline)
          feeds.push(topic('pipeline', untracked(livePipeline(ctx.console, input.pipeline, signal))))
        if (input.topKeys) feeds.push(topic('topKeys', liveTopKeys(ctx.console, input.topKeys, signal)))
        if (input.audit) feeds.push(topic('audit', liveAudit(ctx.console, signal)))
        if (input.alerts) feeds.push(topic('alerts', liveAlerts(ctx.console, signal)))
        if (input.incidents) feeds.push(topic('incidents', liveIncidents(ctx.console, signal)))
        if (input.incident)
          feeds.push(topic('incident', liveIncident(ctx.console, input.incident.id, signal)))
        if (input.costs) feeds.push(topic('costs', liveCosts(ctx.console, signal)))
        if (input.triage) feeds.push(topic('triage', liveTriage(ctx.console, signal)))
        if (input.debug) feeds.push(topic('debug', liveDebug(ctx.console, input.debug, signal)))
        if (input.objectives) feeds.push(topic('objectives', liveObjectives(ctx.console, signal)))
        if (input.overview) feeds.push(topic('overview', liveOverview(ctx.console, input.overview, signal)))
        return feeds
      }, held),
    ),
  ),

  pipeline: viewerProcedure
    .input(seriesInput.extend({ lastEventId: z.string().max(64).nullish() }))
    .subscription(({ ctx, input, signal }): Feed<TrackedEnvelope<LiveMessage>> =>
      heldStream(ctx, signal, (held) => livePipeline(ctx.console, input, held)),
    ),

  /** The list of pipelines with their status, at most once a second. */
  pipelines: viewerProcedure.subscription(({ ctx, signal }): Feed<LiveList> =>
    heldStream(ctx, signal, (held) => livePipelines(ctx.console, held)),
  ),

  topKeys: viewerProcedure
    .input(topKeysInput)
    .subscription(({ ctx, input, signal }): Feed<TopKeys> =>
      heldStream(ctx, signal, (held) => liveTopKeys(ctx.console, input, held)),
    ),

  health: viewerProcedure.subscription(({ ctx, signal }): Feed<LiveHealth> =>
    heldStream(ctx, signal, (held) => liveHealth(ctx.console, held)),
  ),

  jobs: viewerProcedure
    .input(jobsInput.prefault({}))
    .subscription(({ ctx, input, signal }): Feed<LiveJobs> =>
      heldStream(ctx, signal, (held) =>
        liveJobs(ctx.console, { pipeline: input.pipeline ?? null, limit: input.limit }, held),
      ),
    ),
})
