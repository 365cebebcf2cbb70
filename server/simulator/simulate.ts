import { demand } from './judge'
import type { Mutant } from './mutants'
import { computeId, pipelineName } from './settings'
import { World } from './world'

/** After the last fault everything must be folded, archived and counted within this much simulated time. */
const healedWithinMs = 90_000
/** No schedule needs nearly so many; one that never ends is told as a violation. */
const maxSteps = 200_000

export interface ScheduleFigures {
  seed: number
  /** Null: every law held. */
  violation: string | null
  steps: number
  statements: number
  events: number
  compared: number
  kills: number
  stops: number
  crashes: number
  /** Simulated milliseconds from the last fault until nothing was left to do. */
  recoveredMs: number
}

/** Plays one schedule to its end, or to the first step at which a law does not hold. */
export async function playSchedule(seed: number, mutant: Mutant | null = null): Promise<ScheduleFigures> {
  const world = new World(seed, mutant)
  const { scheduler, settings } = world
  let healedAt = 0
  let recoveredMs = 0
  let steps = 0
  let isFinal = false
  while (world.violation === null && steps++ < maxSteps) {
    if (world.isStorming && world.ledger.open === 0 && scheduler.now - scheduler.epoch >= settings.stormMs) {
      world.heal()
      healedAt = scheduler.now
    }
    const isQuiet = !world.isStorming && world.isDrained()
    if (isQuiet) recoveredMs ||= scheduler.now - healedAt
    if (isQuiet) {
      if (isFinal) break
      // One last run over everything: what it finds must be what was sent.
      isFinal = true
      const { jobs } = world.tables
      const job = {
        id: 'job-last',
        pipeline: pipelineName,
        status: 'queued',
        owner: null,
        fence: 0,
        attempts: 0,
      } as const
      const rest = { maxAttempts: 1_000, leaseUntil: null, runAfter: scheduler.now, createdAt: scheduler.now }
      jobs.set(job.id, { ...job, ...rest, cancelRequested: false })
    }
    if (healedAt > 0 && scheduler.now - healedAt > healedWithinMs) break
    const following = world.step()
    if (following !== null) await following
  }
  let violation = world.violation
  if (violation === null) {
    try {
      judgeEnd(world, isFinal)
    } catch (error) {
      violation = error as Error
    }
  }
  return {
    seed,
    violation: violation === null ? null : `step ${scheduler.steps}: ${violation.message}`,
    steps: scheduler.steps,
    statements: world.server.statements,
    events: world.oracle.judged.length,
    compared: world.judge.compared,
    ...{ kills: world.faults.kills, stops: world.faults.stops, crashes: world.faults.crashes },
    recoveredMs,
  }
}

/** Nothing acknowledged is lost, nothing counts twice: what is served is what the producer's own ledger adds up to. */
function judgeEnd(world: World, isFinal: boolean): void {
  const { ledger, log, tables } = world
  demand(
    isFinal && world.isDrained(),
    7,
    `90 s after the last fault there is still something to do: ${left(world)}`,
  )
  const logged = new Set(log.messages.flatMap(({ events }) => events.map(({ id }) => id)))
  for (const [id, { acked }] of ledger.sent)
    demand(!acked || logged.has(id), 1, `event ${id} was acknowledged and is lost`)
  let [n, value] = [0, 0]
  const inForce = [...tables.ranges.values()].filter(({ until }) => until === null)
  for (const { versionId, windowStart, acc } of tables.cells.values()) {
    if (!inForce.some((r) => r.versionId === versionId && windowStart >= r.from && windowStart < r.to))
      continue
    n += Number(acc[0])
    value += Number(acc[1])
  }
  let wanted = 0
  for (const id of logged) wanted += ledger.sent.get(id)?.value ?? 0
  demand(
    n === logged.size && value === wanted,
    7,
    `batch counts ${value} of ${n} events, sent were ${wanted} of ${logged.size}`,
  )
}

const left = ({ judge, log, tables }: World): string => {
  const jobs = [...tables.jobs.values()].filter(({ status }) => status === 'queued' || status === 'running')
  return `positions ${judge.positions().join(' ')} of ${log.lastSeq}, archive ${tables.archive.get('archive')?.seq ?? 0}, jobs ${jobs.map(({ id, status }) => `${id} ${status}`).join(' ')}, compute ${computeId}`
}
