import { listJobs, listPipelines, proposalSummaries, Recent, systemHealth, type Console } from '../../control'
import type { TopKeysInput } from '../trpc/inputs'
import type { LiveHealth, LiveJobs, LiveList, TopKeys } from '../trpc/shapes'
import { readTopKeysView } from '../views'
import { refreshed } from './refreshed'

type Feed<T> = AsyncGenerator<T, void, undefined>

/** Viewers of the same thing share one read: their number costs sending, not reading. */
interface Shared {
  lists: Recent<LiveList>
  jobs: Recent<LiveJobs>
  health: Recent<LiveHealth>
  topKeys: Recent<TopKeys>
}

const shared = new WeakMap<Console, Shared>()

function sharedOf(console: Console): Shared {
  const known = shared.get(console) ?? {
    lists: new Recent<LiveList>(console.clock, 800),
    jobs: new Recent<LiveJobs>(console.clock, 200),
    health: new Recent<LiveHealth>(console.clock, 1_500),
    topKeys: new Recent<TopKeys>(console.clock, 800),
  }
  shared.set(console, known)
  return known
}

export const livePipelines = (console: Console, signal: AbortSignal | undefined): Feed<LiveList> =>
  refreshed(
    console,
    {
      read: () =>
        sharedOf(console).lists.get('', async () => ({
          at: console.clock.now(),
          pipelines: await listPipelines(console),
        })),
      minMs: 1_000,
      maxMs: 5_000,
    },
    signal,
  )

export const liveJobs = (
  console: Console,
  page: { pipeline: string | null; limit: number },
  signal: AbortSignal | undefined,
): Feed<LiveJobs> =>
  refreshed(
    console,
    {
      read: () =>
        sharedOf(console).jobs.get(JSON.stringify([page.pipeline, page.limit]), async () => {
          const [jobs, proposals] = await Promise.all([listJobs(console, page), proposalSummaries(console)])
          return { at: console.clock.now(), jobs, proposals }
        }),
      concerns: (change) => change.kind === 'job',
      minMs: 250,
      maxMs: 10_000,
    },
    signal,
  )

export const liveHealth = (console: Console, signal: AbortSignal | undefined): Feed<LiveHealth> =>
  refreshed(
    console,
    {
      read: () => sharedOf(console).health.get('', () => systemHealth(console)),
      concerns: () => false,
      minMs: 1_900,
      maxMs: 2_000,
    },
    signal,
  )

export const liveTopKeys = (
  console: Console,
  input: TopKeysInput,
  signal: AbortSignal | undefined,
): Feed<TopKeys> =>
  refreshed(
    console,
    {
      read: () => sharedOf(console).topKeys.get(JSON.stringify(input), () => readTopKeysView(console, input)),
      concerns: (change) => change.kind !== 'job' && change.pipeline === input.name,
      minMs: 1_000,
      maxMs: 15_000,
    },
    signal,
  )
