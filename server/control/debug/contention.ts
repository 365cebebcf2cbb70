import type { UsageRow } from './debug-store'
import type { BusyJob, Contention } from './model'

/** From this share of the cores on, what runs waits for what else runs. */
const crowded = 0.8
const usersShown = 4

interface ContentionInput {
  usage: readonly Pick<UsageRow, 'at' | 'layer' | 'pipeline' | 'cpuMs'>[]
  jobs: readonly Pick<BusyJob, 'id' | 'from' | 'to'>[]
  stepMs: number
  cores: number
}

/** Stretches of neighbouring steps in which the cores were nearly all used. */
export function contentions({ usage, jobs, stepMs, cores }: ContentionInput): Contention[] {
  const byStep = new Map<number, number>()
  for (const { at, cpuMs } of usage) byStep.set(at, (byStep.get(at) ?? 0) + cpuMs)
  const full = cores * stepMs
  const stretches: { from: number; to: number; cpuMs: number }[] = []
  for (const [at, cpuMs] of [...byStep].sort(([a], [b]) => a - b)) {
    if (cpuMs < full * crowded) continue
    const last = stretches.at(-1)
    if (last?.to === at) {
      last.to = at + stepMs
      last.cpuMs += cpuMs
    } else stretches.push({ from: at, to: at + stepMs, cpuMs })
  }
  return stretches
    .map(({ from, to, cpuMs }) => ({
      from,
      to,
      share: cpuMs / (((to - from) / stepMs) * full),
      users: usersOf(usage.filter(({ at }) => at >= from && at < to)),
      jobs: jobs.filter((job) => job.from < to && (job.to ?? Infinity) > from).map(({ id }) => id),
    }))
    .reverse()
}

function usersOf(usage: ContentionInput['usage']): Contention['users'] {
  const users = new Map<string, Contention['users'][number]>()
  for (const { layer, pipeline, cpuMs } of usage) {
    const id = `${layer} ${pipeline}`
    const user = users.get(id) ?? { layer, pipeline, cpuMs: 0 }
    user.cpuMs += cpuMs
    users.set(id, user)
  }
  return [...users.values()].sort((a, b) => b.cpuMs - a.cpuMs).slice(0, usersShown)
}
