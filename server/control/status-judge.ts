import { describePause } from './layer-pause'
import type {
  ArchiveStatus,
  Health,
  Lag,
  PartitionPosition,
  PausedLayer,
  PipelineStatus,
  WorkerStatus,
} from './model'

/** Event to view is promised within 5 s; behind that a person should look, far behind it a number is old. */
const lagWarnS = 5
const lagBadS = 60
const archiveWarnMessages = 50_000
const dataLossWarnS = 24 * 3600
const dataLossBadS = 3600

interface Facts {
  lag: Lag
  position: PartitionPosition[]
  archive: ArchiveStatus
  workers: WorkerStatus[]
  timeToDataLossS: number | null
  paused: PausedLayer[]
  lastRun: PipelineStatus['lastRun']
}

interface Finding {
  health: Health
  says: string
}

/** The health of a pipeline and why, worst first. */
export function judgeHealth(facts: Facts): { health: Health; reasons: string[] } {
  const findings = [
    ...pauseFindings(facts),
    ...speedFindings(facts),
    ...archiveFindings(facts),
    ...batchFindings(facts),
  ].sort((a, b) => rank(b.health) - rank(a.health))
  const [worst] = findings
  if (worst) return { health: worst.health, reasons: findings.map(({ says }) => says) }
  return facts.position.every(({ watermark }) => watermark === null)
    ? { health: 'unknown', reasons: ['No event of its type has arrived yet.'] }
    : { health: 'ok', reasons: [] }
}

const pauseFindings = ({ paused }: Facts): Finding[] =>
  paused.map((pause) => ({ health: 'warn', says: describePause(pause) }))

function speedFindings({ lag, position, workers, paused }: Facts): Finding[] {
  const alive = new Set(workers.filter((w) => w.alive && w.role === 'speed').map(({ id }) => id))
  if (alive.size === 0)
    return [{ health: 'bad', says: 'No speed worker is running: nothing is counted live.' }]
  // Lagging is what a pause is for; it is said already.
  if (paused.some(({ layer }) => layer === 'speed')) return []
  const unheld = position.filter(({ owner }) => owner === null || !alive.has(owner)).length
  const findings: Finding[] = []
  if (unheld > 0 && lag.messages > 0)
    findings.push({
      health: 'warn',
      says: `${unheld} of ${position.length} partitions have no living worker.`,
    })
  if (lag.seconds >= lagWarnS)
    findings.push({
      health: lag.seconds >= lagBadS ? 'bad' : 'warn',
      says: `The speed layer is ${duration(lag.seconds)} behind the log.`,
    })
  return findings
}

function archiveFindings({ archive, workers, timeToDataLossS }: Facts): Finding[] {
  const findings: Finding[] = []
  if (timeToDataLossS !== null && timeToDataLossS < dataLossWarnS)
    findings.push({
      health: timeToDataLossS < dataLossBadS ? 'bad' : 'warn',
      says: `The log will drop events that are not archived in ${duration(timeToDataLossS)}.`,
    })
  if (!workers.some((w) => w.alive && w.role === 'archive'))
    findings.push({ health: 'warn', says: 'No archive worker is running: batch cannot read new events.' })
  else if (archive.lagMessages > archiveWarnMessages)
    findings.push({ health: 'warn', says: `The archive is ${archive.lagMessages} messages behind the log.` })
  return findings
}

function batchFindings({ lastRun, workers }: Facts): Finding[] {
  const findings: Finding[] = []
  if (!workers.some((w) => w.alive && w.role === 'batch'))
    findings.push({ health: 'warn', says: 'No batch worker is running: the boundary stands still.' })
  if (lastRun?.status === 'failed')
    findings.push({
      health: 'warn',
      says: `The last batch run failed: ${lastRun.error ?? 'no reason was kept'}`,
    })
  return findings
}

const ranks: Record<Health, number> = { ok: 0, unknown: 1, warn: 2, bad: 3 }
const rank = (health: Health) => ranks[health]

export const worstOf = (healths: readonly Health[]): Health =>
  healths.reduce<Health>((worst, health) => (rank(health) > rank(worst) ? health : worst), 'ok')

type Sortable = Pick<PipelineStatus, 'health' | 'lag' | 'pipeline'>

/** Order of the list: worst health, then largest lag, then name. */
export const worstFirst = (a: Sortable, b: Sortable): number =>
  rank(b.health) - rank(a.health) || b.lag.seconds - a.lag.seconds || (a.pipeline < b.pipeline ? -1 : 1)

export interface LagSample {
  at: number
  messages: number
}

/** When the lag is gone at the rate between the oldest and newest sample; null when it does not shrink. */
export function catchUpAt(samples: readonly LagSample[]): number | null {
  const first = samples[0]
  const last = samples.at(-1)
  if (!first || !last || last.messages === 0 || last.at <= first.at) return null
  const perMs = (first.messages - last.messages) / (last.at - first.at)
  return perMs > 0 ? Math.round(last.at + last.messages / perMs) : null
}

function duration(seconds: number): string {
  if (seconds < 1) return 'less than a second'
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3600)} h`
}
