import type { AlertAction } from '../../slo'
import type { PipelineListItem, WorkerStatus } from '../model'
import { describePause } from '../layer-pause'
import type { PartitionLag } from '../status'
import { diagnose, gravity, type Diagnosis } from './diagnose'
import type { BacklogRow, SpeedDiagnosis } from './model'
import { joinLine, paceOf, type BacklogSample } from './pace'

export interface BacklogFacts {
  pipeline: PipelineListItem
  /** In the order of the status's positions. */
  lags: readonly PartitionLag[]
  /** By partition: since its last commit or change of hands. */
  silentMs: ReadonlyMap<number, number>
  minutes: readonly { at: number; events: number }[]
  samplesOf: (partitions: readonly number[], waiting: number) => readonly BacklogSample[]
  now: number
}

/** One row where all partitions stand alike, else one for each way they stand; worst first. */
export function backlogRows(facts: BacklogFacts): BacklogRow[] {
  const { pipeline, lags, now } = facts
  const { position, workers, paused, lag } = pipeline.status
  const pause = paused.find(({ layer }) => layer === 'speed')
  const alive = new Map(workers.filter((w) => w.alive && w.role === 'speed').map((w) => [w.id, w]))
  const judged = position.map(({ partition, owner, watermark }, i) => {
    const { messages, oldestAt } = lags[i] ?? { messages: 0, oldestAt: null }
    const holder = owner === null ? undefined : alive.get(owner)
    const oldestS = oldestAt === null ? 0 : Math.max(0, now - oldestAt) / 1_000
    const found = diagnose({
      partition: {
        partition,
        messages,
        oldestS,
        owner,
        isOwnerAlive: holder !== undefined,
        silentMs: facts.silentMs.get(partition) ?? 0,
        hasSeenEvents: watermark !== null,
      },
      owner: holder ? ownerFacts(holder) : null,
      pause: pause ? describePause(pause) : null,
    })
    return { partition, messages, oldestS, ...found }
  })
  const perMessage = lag.messages > 0 ? Math.max(1, lag.events / lag.messages) : 1
  const groups = groupByDiagnosis(judged)
  const isWhole = groups.length <= 1
  return groups.map((group): BacklogRow => {
    const messages = group.partitions.reduce((sum, { messages }) => sum + messages, 0)
    const events = isWhole ? lag.events : Math.round(messages * perMessage)
    const partitions = group.partitions.map(({ partition }) => partition)
    const samples = facts.samplesOf(partitions, events)
    const { catchUpAt, ...rates } = paceOf(samples)
    const moves = group.diagnosis === 'behind' || group.diagnosis === 'current'
    return {
      pipeline: pipeline.name,
      owner: pipeline.owner,
      partitions,
      isWhole,
      diagnosis: group.diagnosis,
      says: group.says,
      events,
      line: joinLine(isWhole ? facts.minutes : [], samples),
      ...rates,
      oldestS: Math.max(0, ...group.partitions.map(({ oldestS }) => oldestS)),
      catchUpAt: moves && events > 0 ? (catchUpAt ?? (isWhole ? pipeline.status.catchUpEta : null)) : null,
      timeToDataLossS: events > 0 ? pipeline.status.timeToDataLossS : null,
      actions: actionsOf(pipeline.name, group.diagnosis),
    }
  })
}

interface Judged extends Diagnosis {
  partition: number
  messages: number
  oldestS: number
}

function groupByDiagnosis(judged: readonly Judged[]) {
  const groups = new Map<SpeedDiagnosis, Diagnosis & { partitions: Judged[]; worstS: number }>()
  // A partition nothing came for is as current as the others where they are.
  const quiet = judged.some(({ diagnosis }) => diagnosis === 'current') ? 'current' : 'no_data'
  for (const each of judged) {
    const diagnosis = each.diagnosis === 'no_data' ? quiet : each.diagnosis
    const group = groups.get(diagnosis) ?? { diagnosis, says: each.says, partitions: [], worstS: -1 }
    group.partitions.push(each)
    if (each.oldestS > group.worstS) Object.assign(group, { says: each.says, worstS: each.oldestS })
    groups.set(diagnosis, group)
  }
  return [...groups.values()].sort((a, b) => gravity(b.diagnosis) - gravity(a.diagnosis))
}

/** Of a worker's own account of itself; a field that is not there says nothing. */
function ownerFacts({ detail }: Pick<WorkerStatus, 'detail'>) {
  const lanes = (detail as { lanes?: Record<string, { stuck?: unknown; lastError?: unknown }> }).lanes
  const stuck = Object.values(lanes ?? {}).find((lane) => lane.stuck === true)
  return {
    isStuck: stuck !== undefined,
    lastError: typeof stuck?.lastError === 'string' ? stuck.lastError : null,
  }
}

function actionsOf(pipeline: string, diagnosis: SpeedDiagnosis): AlertAction[] {
  const restart: AlertAction = {
    label: 'Restart speed…',
    plan: { kind: 'restart', pipeline, options: { layer: 'speed', from: { cut: 'last' } } },
  }
  switch (diagnosis) {
    case 'poison':
      return [{ label: 'Quarantine…', plan: { kind: 'quarantine', pipeline, options: {} } }, restart]
    case 'wedged':
      return [restart]
    case 'unattended':
      return [{ label: 'See its workers', href: `/pipelines/${encodeURIComponent(pipeline)}` }]
    case 'paused':
      return [{ label: 'Resume speed…', plan: { kind: 'resume', pipeline, options: { layer: 'speed' } } }]
    case 'behind':
      return [{ label: 'See what runs', href: '/jobs?status=open' }]
    case 'no_data':
    case 'current':
      return []
  }
}

export const worstFirst = (a: BacklogRow, b: BacklogRow): number =>
  gravity(b.diagnosis) - gravity(a.diagnosis) ||
  b.oldestS - a.oldestS ||
  b.events - a.events ||
  (a.pipeline < b.pipeline ? -1 : a.pipeline > b.pipeline ? 1 : 0)
