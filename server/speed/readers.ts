import type { Lane } from './lane'
import { limits } from './limits'
import type { PartitionTask } from './partition-task'
import { ReaderGroup, type GroupDeps } from './reader-group'
import { planReaders, type ReaderPlan } from './reader-plan'

export interface Lanes {
  live: Lane
  catchUp: Lane
}

/** The readers of the log, kept as the plan over the leased partitions says. */
export class Readers {
  constructor(
    readonly lanes: Lanes,
    readonly deps: Omit<GroupDeps, 'liveLagMs'>,
  ) {}

  get groups(): ReaderGroup[] {
    return [...this.lanes.live.groups, ...this.lanes.catchUp.groups]
  }

  /** Closes readers that serve the plan no longer, then opens those that are missing: no partition has two. */
  async follow(tasks: readonly PartitionTask[]): Promise<void> {
    const groups = this.groups
    const plans = planReaders(tasks, {
      joinDistance: limits.joinDistance,
      readersPerType: limits.readersPerType,
      livePending: limits.livePending,
      pendingOf: (type) => leastPending(groups.filter((group) => group.type === type)),
    })
    const kept = new Map<ReaderGroup, ReaderPlan<PartitionTask>>()
    const missing = plans.filter((plan) => {
      const group = groups.find((known) => !kept.has(known) && serves(known, plan))
      if (group !== undefined) kept.set(group, plan)
      return group === undefined
    })
    for (const group of groups) {
      const plan = kept.get(group)
      if (plan === undefined) await this.#close(group)
      else {
        group.retain(plan.tasks)
        this.#move(group, this.lanes[plan.lane])
      }
    }
    for (const plan of missing) this.#open(plan)
  }

  async close(): Promise<void> {
    await Promise.all(this.groups.map((group) => group.close()))
  }

  #open({ lane, tasks }: ReaderPlan<PartitionTask>): void {
    const deps = { ...this.deps, liveLagMs: () => this.#liveLagMs() }
    this.lanes[lane].groups.add(new ReaderGroup(this.lanes[lane], tasks, deps))
  }

  async #close(group: ReaderGroup): Promise<void> {
    await group.close()
    group.lane.groups.delete(group)
  }

  /** A commit of the lane it leaves may still be under way: its partitions wait for it before the next. */
  #move(group: ReaderGroup, lane: Lane): void {
    const left = group.lane
    if (left === lane) return
    left.groups.delete(group)
    group.lane = lane
    lane.groups.add(group)
    left.recheck()
    lane.flusher.nudge()
  }

  #liveLagMs(): number {
    const now = this.deps.timing.now()
    return Math.max(0, ...[...this.lanes.live.groups].map((group) => group.lagMs(now)))
  }
}

const serves = (group: ReaderGroup, plan: ReaderPlan<PartitionTask>) =>
  !group.failed && plan.tasks.every((task) => group.tasks.includes(task))

function leastPending(groups: readonly ReaderGroup[]): number {
  return groups.length === 0 ? 0 : Math.min(...groups.map((group) => group.pending ?? 0))
}
