import { JobRun } from '../control'
import { AppError, leaseTimes, type Timing } from '../platform'
import {
  discardThrough,
  publishThrough,
  rollbackThrough,
  stageThrough,
  vacuumThrough,
  type Cut,
} from '../serving'
import { startSpeedWorker } from '../speed'
import type { Process } from './scheduler'
import { computeId, pipelineName } from './settings'
import type { ProcessStores } from './stores'
import type { World } from './world'

/** What a simulated process is given. */
export interface Node {
  world: World
  process: Process
  timing: Timing
  stores: ProcessStores
}

/** The product's speed worker, as it is. */
export function runSpeed({ world, process, timing, stores }: Node): void {
  const place = {
    host: 'simulated',
    pid: process.pid,
    scope: world.random.pick(['one machine', 'another machine']),
    enter: () => undefined,
    leave: () => undefined,
    isAlive: ({ pid }: { pid: number }) => world.isAlive(pid),
  }
  const park = () => Promise.reject(new Error('no event of this log makes the fold throw'))
  const ports = { store: stores.speed, log: world.logOf(process), timing, place, park }
  startSpeedWorker(ports, { owner: process.name }).catch(() => {
    world.ended(process)
  })
}

/** The archiver's protocol: what is not committed is forgotten on any failure and read again. */
export async function runArchiver({ world, process, timing, stores }: Node): Promise<void> {
  for (;;) {
    const lease = await stores.archive.acquireLease(process.name).catch(() => null)
    if (lease !== null) await archiveUnder(lease, { world, process, timing, stores }).catch(() => undefined)
    await timing.sleep(leaseTimes.standByMs)
  }
}

async function archiveUnder(
  lease: { owner: string; fence: number; seq: number },
  { world, timing, stores }: Node,
): Promise<void> {
  let isHeld = true
  const stop = timing.every(leaseTimes.heartbeatMs, () => {
    stores.archive.renewLease(lease).then(
      (held) => {
        isHeld = held
      },
      () => undefined,
    )
  })
  try {
    for (let committed = lease.seq; isHeld;) {
      await timing.sleep(200 + 800 * timing.random())
      const toSeq = world.log.lastSeq
      if (toSeq === committed) continue
      const segments = [{ seqFrom: committed + 1, seqTo: toSeq }]
      const flush = { fence: lease.fence, fromSeq: committed, toSeq, segments }
      if (!(await stores.archive.commitFlush(flush))) return
      committed = toSeq
    }
  } finally {
    stop()
    await stores.archive.releaseLease(lease).catch(() => undefined)
  }
}

/** Takes jobs and does them, under the lease of each. */
export async function runBatch(node: Node): Promise<void> {
  const { process, timing, stores } = node
  for (;;) {
    const claim = { owner: process.name, leaseMs: leaseTimes.leaseMs }
    const job = await stores.serving.transact((tx) => tx.claimJob(claim)).catch(() => null)
    if (job === null) {
      await timing.sleep(1_000)
      continue
    }
    const run = new JobRun(stores.beats, job, () => undefined, timing)
    const staged: number[] = []
    try {
      await recompute(node, run, staged)
    } catch (error) {
      await run.end()
      await settle(node, run, staged, error).catch(() => undefined)
    } finally {
      await run.end()
    }
  }
}

/** A fresh cut, the ranges recounted at it and staged, and all put in force with the job's end in one transaction. */
async function recompute({ world, timing, stores }: Node, run: JobRun, staged: number[]): Promise<void> {
  const { job } = run
  const cut = await stores.serving.transact((tx) => tx.rotateEpoch(computeId))
  await awaitArchive(world, stores, timing, cut, run.signal)
  for (const range of world.drawRanges()) {
    await run.pauseIfAsked()
    await timing.sleep(world.random.chance(0.2) ? 4_000 : 50)
    const archived = await stores.archive.archivedSeq()
    const version = {
      ...{ computeId, pipeline: pipelineName, range, cut, schemas: {}, jobId: job.id },
      ...{ createdBy: job.createdBy, reason: job.reason },
    }
    const { id } = await stageThrough(stores.serving, version, () => world.countBatch(range, cut, archived))
    staged.push(id)
  }
  await run.pauseIfAsked()
  if (run.stopped !== null) throw new Error(`stopped before publishing: ${run.stopped}`)
  await stores.serving.transact(async (tx) => {
    const check = async () => {
      const state = await tx.lockHeldJob(job)
      if (state === 'held') return
      run.stop(state)
      throw new Error(`the job may no longer publish: ${state}`)
    }
    const request = {
      computeId,
      actor: job.createdBy,
      reason: job.reason,
      jobId: job.id,
      versionIds: staged,
      check,
    }
    await publishThrough(tx, request)
    await tx.endJob(job, { status: 'succeeded' })
  })
}

async function awaitArchive(
  world: World,
  stores: ProcessStores,
  timing: Timing,
  cut: Cut,
  signal: AbortSignal,
): Promise<void> {
  if (world.mutant === 'unawaited-archive') return
  while ((await stores.archive.archivedSeq()) < Math.max(0, ...cut.seqs)) {
    await timing.sleep(100, signal)
    signal.throwIfAborted()
  }
}

async function settle({ stores }: Node, run: JobRun, staged: number[], error: unknown): Promise<void> {
  if (run.stopped === 'lost') return
  await discardThrough(stores.serving, computeId, staged)
  const isFinal = error instanceof AppError && error.code === 'gone'
  if (run.stopped === 'cancelled') await stores.jobs.endJob(run.job, { status: 'cancelled' })
  else if (isFinal) await stores.jobs.endJob(run.job, { status: 'failed' })
  else await stores.jobs.requeueJob(run.job, { waitMs: 500 })
}

/** Asks for runs, rolls back, vacuums and cancels, as people and schedules do. */
export async function runOperator({ world, process, timing, stores }: Node): Promise<void> {
  const { random } = world
  const hasCalmed = () => !world.isStorming
  for (let made = 1; !hasCalmed(); made++) {
    await timing.sleep(200 + random.below(1_800))
    if (hasCalmed()) return
    const action = random.next()
    world.operating++
    const request = { computeId, actor: 'operator', reason: null, jobId: null }
    const rollBack = () =>
      stores.serving.transact((tx) => rollbackThrough(tx, { ...request, target: world.drawTarget() }))
    const step =
      action < 0.5
        ? world.askForRun(stores, `${process.name}-${made}`)
        : action < 0.65
          ? rollBack()
          : action < 0.9
            ? // What a rollback right after it would need must still be there, or be known to be gone.
              vacuumThrough(stores.serving, world.vacuumRequest()).then(rollBack)
            : stores.jobs.markCancel(`${process.name}-${made - 1}`)
    await step.then(
      () => undefined,
      () => undefined,
    )
    world.operating--
  }
}

/** Reads all there is at one instant, again and again, and holds against the laws what it is told. */
export async function runReader({ world, process, timing }: Node): Promise<void> {
  for (let seen = 0; world.isStorming;) {
    await timing.sleep(100 + world.random.below(900))
    seen = await world.read(process, seen).catch(() => seen)
  }
}
