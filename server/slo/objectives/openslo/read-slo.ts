import { defaultThresholds } from '../../measure'
import { indicators, type Budgeting, type ObjectiveSpec, type ObjectiveWindow, type Sli } from '../../model'
import { indicatorTable, unitOf } from '../indicator-table'
import type {
  Indicator,
  MetricSource,
  OpenSloDocument,
  Problem,
  ReadDocument,
  Slo,
  SloObjective,
} from './document'
import { calendarUnits, rollingDays, sliceMinutes } from './duration'

/** What an annotation says of Parallax, in a document of any tool. */
export const annotation = (what: string) => `parallax/${what}`

export const sourceType = 'Parallax'

/** One objective of a document, in the order in which it is written; a composite comes after its parts. */
export interface ReadSpec {
  spec: ObjectiveSpec
  index: number
  /** Part of a composite: one that is there already stands. */
  isPart: boolean
}

interface Reading {
  slo: Slo
  documents: readonly OpenSloDocument[]
  problems: Problem[]
}

/** The objectives of an SLO document, with the SLIs and data sources it refers to among `documents`. */
export function readSlo(slo: Slo, documents: readonly ReadDocument[], problems: Problem[]): ReadSpec[] {
  const reading = { slo, documents: documents.map((one) => one.document), problems }
  const { indicator, indicatorRef, objectives } = slo.spec
  const shared =
    indicator ?? (indicatorRef === undefined ? null : findSli(reading, indicatorRef, 'spec.indicatorRef'))
  const window = readWindow(reading)
  if (window === null) return []
  if (shared === null && indicatorRef !== undefined) return []
  if (shared !== null)
    return objectives.flatMap((objective, index) => {
      const spec = readObjective(reading, { objective, index, indicator: shared, window })
      return spec ? [{ spec, index, isPart: false }] : []
    })
  return readComposite(reading, window)
}

function readComposite(reading: Reading, window: ObjectiveWindow): ReadSpec[] {
  const { metadata, spec } = reading.slo
  const parts = spec.objectives.flatMap((objective, index) => {
    const own =
      objective.indicator ??
      (objective.indicatorRef === undefined
        ? refuse(
            reading,
            `spec.objectives[${index}]`,
            'an indicator or indicatorRef: `spec` has none for all',
          )
        : findSli(reading, objective.indicatorRef, `spec.objectives[${index}].indicatorRef`))
    const part = own && readObjective(reading, { objective, index, indicator: own, window })
    return part ? [{ spec: part, index, weight: objective.compositeWeight ?? 1 }] : []
  })
  if (parts.length < spec.objectives.length) return []
  const weights = parts.reduce((sum, { weight }) => sum + weight, 0)
  const mean = parts.reduce((sum, part) => sum + (part.weight * part.spec.target) / weights, 0)
  const said = numberOf(metadata.annotations?.[annotation('target')])
  const id = metadata.annotations?.[annotation('id')] ?? metadata.name
  const whole: ObjectiveSpec = {
    id,
    name: metadata.annotations?.[annotation('name')] ?? metadata.name,
    title: metadata.displayName ?? metadata.name,
    ...sharedOf(reading, null),
    sli: null,
    parts: parts.map((part) => ({ id: part.spec.id, weight: part.weight })),
    target: said ?? Number(mean.toPrecision(12)),
    window,
    budgeting: { method: 'occurrences' },
  }
  return [
    ...parts.map(({ spec: part, index }) => ({ spec: part, index, isPart: true })),
    { spec: whole, index: parts.length, isPart: false },
  ]
}

interface Written {
  objective: SloObjective
  index: number
  indicator: Indicator
  window: ObjectiveWindow
}

function readObjective(reading: Reading, written: Written): ObjectiveSpec | null {
  const { objective, index, indicator, window } = written
  const { metadata, spec } = reading.slo
  const path = `spec.objectives[${index}]`
  const sli = readSli(reading, written)
  const target = targetOf(objective)
  if (target === null)
    refuse(reading, path, 'target above 0 and below 1, or targetPercent above 0 and below 100')
  const budgeting = readBudgeting(reading, objective, path)
  if (sli === null || target === null || budgeting === null) return null
  const isComposite = spec.indicator === undefined && spec.indicatorRef === undefined
  const isAlone = spec.objectives.length === 1
  const own = isComposite
    ? (indicator.metadata.annotations ?? {})
    : isAlone
      ? { ...indicator.metadata.annotations, ...metadata.annotations }
      : {}
  const base = isComposite ? `${metadata.name}-${indicator.metadata.name}` : metadata.name
  const suffixed = !isComposite && index > 0 ? `${base}-${index + 1}` : base
  return {
    id: own[annotation('id')] ?? `${sli.pipeline}.${suffixed.slice(0, 63)}`,
    name: own[annotation('name')] ?? suffixed.slice(0, 63),
    title: titleOf(reading, written),
    ...sharedOf(
      reading,
      budgeting.method === 'occurrences' ? indicatorTable[sli.indicator].minTotal : 0,
      own,
    ),
    sli,
    parts: [],
    target,
    window,
    budgeting,
  }
}

function titleOf({ slo }: Reading, { objective, index, indicator }: Written): string {
  const title = slo.metadata.displayName ?? slo.metadata.name
  const own = objective.displayName ?? indicator.metadata.displayName ?? null
  if (slo.spec.indicator === undefined && slo.spec.indicatorRef === undefined)
    return own ?? `${title} ${index + 1}`
  return slo.spec.objectives.length === 1 ? title : `${title}: ${own ?? index + 1}`
}

function sharedOf(
  { slo }: Reading,
  minTotal: number | null,
  own: Record<string, string> = slo.metadata.annotations ?? {},
): Pick<ObjectiveSpec, 'owner' | 'minTotal' | 'urgency' | 'labels'> {
  const labels = Object.fromEntries(
    Object.entries(slo.metadata.labels ?? {}).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : value,
    ]),
  )
  const said = own[annotation('urgency')]
  return {
    owner:
      own[annotation('owner')] ??
      slo.metadata.annotations?.[annotation('owner')] ??
      labels.owner ??
      labels.team ??
      'nobody',
    minTotal: numberOf(own[annotation('min-total')]) ?? minTotal ?? 0,
    urgency: said === 'ticket' ? 'ticket' : 'page',
    labels,
  }
}

function readWindow(reading: Reading): ObjectiveWindow | null {
  const [written] = reading.slo.spec.timeWindow ?? []
  if (!written) return { kind: 'rolling', days: 30 }
  const path = 'spec.timeWindow[0].duration'
  const { duration, calendar } = written
  if (!calendar) {
    if (written.isRolling === false)
      return refuse(reading, 'spec.timeWindow[0]', '`calendar`, or `isRolling: true`')
    const days = rollingDays(duration)
    return days === null
      ? refuse(reading, path, 'a duration such as 12h, 28d, 4w or 1M')
      : { kind: 'rolling', days }
  }
  const units = calendarUnits(duration)
  if (units === null) return refuse(reading, path, 'a duration of a calendar, such as 1d, 1w, 1M, 1Q or 1Y')
  return { kind: 'calendar', ...units, start: calendar.startTime, zone: calendar.timeZone }
}

function readBudgeting(reading: Reading, objective: SloObjective, path: string): Budgeting | null {
  const { budgetingMethod } = reading.slo.spec
  if (budgetingMethod === 'Occurrences') return { method: 'occurrences' }
  const minutes = objective.timeSliceWindow === undefined ? null : sliceMinutes(objective.timeSliceWindow)
  if (minutes === null)
    return refuse(
      reading,
      `${path}.timeSliceWindow`,
      `minutes, or a duration such as 1m: it is needed with ${budgetingMethod}`,
    )
  if (budgetingMethod === 'RatioTimeslices') return { method: 'ratio_timeslices', minutes }
  if (objective.timeSliceTarget === undefined)
    return refuse(
      reading,
      `${path}.timeSliceTarget`,
      'a share above 0 and up to 1: it is needed with Timeslices',
    )
  return { method: 'timeslices', minutes, target: objective.timeSliceTarget }
}

function readSli(reading: Reading, { objective, index, indicator }: Written): Sli | null {
  const { slo } = reading
  const said = { ...slo.metadata.annotations, ...indicator.metadata.annotations }
  const source = sourceOf(reading, indicator)
  const name = textOf(source?.indicator) ?? said[annotation('indicator')]
  const pipeline = textOf(source?.pipeline) ?? said[annotation('pipeline')] ?? slo.spec.service ?? null
  const found = indicators.find((one) => one === name)
  const path = `spec.objectives[${index}]`
  if (found === undefined || pipeline === null)
    return refuse(
      reading,
      'spec.indicator',
      name === undefined
        ? `a metricSource of type ${sourceType} with spec {pipeline, indicator}, or the annotations ${annotation('pipeline')} and ${annotation('indicator')}: Parallax measures its own pipelines`
        : `one of the indicators ${indicators.join(', ')}, and its pipeline`,
    )
  if (unitOf(found) === null) return { pipeline, indicator: found, threshold: 0 }
  const written =
    indicator.spec.thresholdMetric && objective.value !== undefined
      ? objective.value
      : (numberOf(source?.threshold) ?? numberOf(said[annotation('threshold')]))
  if (indicator.spec.thresholdMetric && written === null)
    return refuse(reading, `${path}.value`, 'a number: a thresholdMetric is compared with it')
  if (indicator.spec.thresholdMetric && objective.op?.startsWith('g') === true)
    return refuse(reading, `${path}.op`, 'lte or lt: what is measured here is bad above its threshold')
  const isBelow =
    indicator.spec.thresholdMetric !== undefined && objective.op === 'lt' && unitOf(found) === 'events'
  return { pipeline, indicator: found, threshold: (written ?? defaultThresholds[found]) - (isBelow ? 1 : 0) }
}

/** What the metric's source says, when it is Parallax: of its own type, or by a data source of the file. */
function sourceOf({ documents }: Reading, { spec }: Indicator): Record<string, unknown> | null {
  const { thresholdMetric, ratioMetric } = spec
  const metric: MetricSource | undefined =
    thresholdMetric ?? ratioMetric?.good ?? ratioMetric?.bad ?? ratioMetric?.raw ?? ratioMetric?.total
  if (metric === undefined) return null
  const { type, metricSourceRef, spec: own } = metric.metricSource
  const referred = documents.find((one) => one.kind === 'DataSource' && one.metadata.name === metricSourceRef)
  const named = type ?? (referred?.kind === 'DataSource' ? referred.spec.type : null)
  return named === sourceType ? (own ?? {}) : null
}

function findSli(reading: Reading, name: string, path: string): Indicator | null {
  const found = reading.documents.find((one) => one.kind === 'SLI' && one.metadata.name === name)
  return found?.kind === 'SLI'
    ? found
    : refuse(reading, path, `the name of an SLI in the same file; there is no ${name}`)
}

function targetOf({ target, targetPercent }: SloObjective): number | null {
  const share = target ?? (targetPercent === undefined ? null : Number((targetPercent / 100).toPrecision(12)))
  return share !== null && share > 0 && share < 1 ? share : null
}

function numberOf(value: unknown): number | null {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN
  return Number.isFinite(number) ? number : null
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function refuse({ slo, problems }: Reading, path: string, expected: string): null {
  problems.push({ path: `SLO ${slo.metadata.name}: ${path}`, expected: `expected ${expected}` })
  return null
}
