import { parseDuration, type Definition } from '../../pipeline'
import { indicators, type Indicator, type ObjectiveSpec, type ObjectiveView } from '../model'
import { defaultThresholds } from '../measure'
import { indicatorTable } from './indicator-table'
import { dayMs } from './objective-window'

export interface SourcedSpec {
  spec: ObjectiveSpec
  pipeline: string | null
  source: Exclude<ObjectiveView['source'], 'console'>
}

const shortestDeadlineMs = 60_000
const defaultDays = 30

/** What every pipeline is held to, with what its definition says instead. */
export function objectivesOf(definition: Definition): SourcedSpec[] {
  return indicators.map((indicator) => {
    const written = definition.objectives[indicator]
    const said = isRecord(written) ? written : null
    return {
      spec: specOf(definition, indicator, said ?? {}),
      pipeline: definition.name,
      source: said ? 'definition' : 'default',
    }
  })
}

function specOf(definition: Definition, indicator: Indicator, said: Record<string, unknown>): ObjectiveSpec {
  const { title, target, minTotal, urgency } = indicatorTable[indicator]
  const days = typeof said.window === 'string' ? (parseDuration(said.window) ?? 0) / dayMs : 0
  return {
    id: `${definition.name}.${indicator}`,
    name: indicator,
    title: `${title} of ${definition.name}`,
    owner: definition.owner,
    sli: { pipeline: definition.name, indicator, threshold: thresholdOf(definition, indicator, said) },
    parts: [],
    target: typeof said.target === 'number' ? said.target : target,
    window: { kind: 'rolling', days: days > 0 ? days : defaultDays },
    budgeting: { method: 'occurrences' },
    minTotal,
    urgency,
    labels: {},
  }
}

function thresholdOf({ batch }: Definition, indicator: Indicator, said: Record<string, unknown>): number {
  const ms = (value: unknown) => (typeof value === 'string' ? parseDuration(value) : null)
  const number = (value: unknown) => (typeof value === 'number' ? value : null)
  switch (indicator) {
    case 'latency':
    case 'event_to_view':
    case 'freshness':
      return ms(said.under) ?? defaultThresholds[indicator]
    case 'batch': {
      const within = ms(said.within)
      return within === null ? 1 : within / Math.max(batch.everyMs, shortestDeadlineMs)
    }
    case 'reconciliation':
      return number(said.ratio) ?? defaultThresholds.reconciliation
    case 'correctness':
      return (
        number(said.divergence) ?? (batch.tolerance > 0 ? batch.tolerance : defaultThresholds.correctness)
      )
    case 'backlog':
      return number(said.events) ?? defaultThresholds.backlog
    default:
      return 0
  }
}

/** Of all pipelines together, each with equal weight, to the mean of their targets; none while there is no pipeline. */
export function fleetObjectives(ofPipelines: readonly SourcedSpec[]): SourcedSpec[] {
  return (['freshness', 'correctness'] as const).flatMap((indicator) => {
    const parts = ofPipelines.filter(({ spec }) => spec.name === indicator).map(({ spec }) => spec)
    return parts.length === 0 ? [] : [fleetObjective(indicator, parts)]
  })
}

const fleetObjective = (
  indicator: 'freshness' | 'correctness',
  parts: readonly ObjectiveSpec[],
): SourcedSpec => ({
  spec: {
    id: `all-${indicator}`,
    name: `all-${indicator}`,
    title: `${indicatorTable[indicator].title} of all pipelines`,
    owner: 'all',
    sli: null,
    parts: parts.map(({ id }) => ({ id, weight: 1 })).sort((a, b) => (a.id < b.id ? -1 : 1)),
    target: Number((parts.reduce((sum, { target }) => sum + target, 0) / parts.length).toPrecision(6)),
    window: { kind: 'rolling', days: defaultDays },
    budgeting: { method: 'occurrences' },
    minTotal: indicatorTable[indicator].minTotal,
    urgency: 'ticket',
    labels: {},
  },
  pipeline: null,
  source: 'default',
})

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
