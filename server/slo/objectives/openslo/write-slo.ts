import type { ObjectiveSpec, ObjectiveWindow, Sli } from '../../model'
import { unitOf } from '../indicator-table'
import { apiVersion } from './document'
import { durationText } from './duration'
import { annotation, sourceType } from './read-slo'

/** The OpenSLO document of an objective; reading it gives the same objective again. */
export function writeSlo(spec: ObjectiveSpec, parts: readonly ObjectiveSpec[]): Record<string, unknown> {
  return {
    apiVersion,
    kind: 'SLO',
    metadata: {
      name: documentName(spec.id),
      displayName: spec.title,
      ...(Object.keys(spec.labels).length === 0 ? {} : { labels: spec.labels }),
      annotations: {
        ...annotationsOf(spec),
        ...(spec.sli === null ? { [annotation('target')]: String(spec.target) } : {}),
      },
    },
    spec: {
      service: spec.sli?.pipeline ?? 'parallax',
      ...(spec.sli === null ? {} : { indicator: indicatorOf(spec, spec.sli) }),
      timeWindow: [windowOf(spec.window)],
      budgetingMethod: methodOf(spec),
      objectives: spec.sli === null ? parts.map((part) => partOf(spec, part)) : [objectiveOf(spec, spec.sli)],
    },
  }
}

const annotationsOf = (spec: ObjectiveSpec) => ({
  [annotation('id')]: spec.id,
  [annotation('name')]: spec.name,
  [annotation('owner')]: spec.owner,
  [annotation('urgency')]: spec.urgency,
  [annotation('min-total')]: String(spec.minTotal),
})

function documentName(id: string): string {
  return id.replaceAll(/[._]/g, '-').slice(0, 63).replace(/-+$/, '')
}

/** What has a threshold is compared with it; what is bad or not is a ratio of counts. */
function indicatorOf(
  spec: ObjectiveSpec,
  { pipeline, indicator }: Sli,
  annotations?: Record<string, string>,
) {
  const source = (count?: string) => ({
    metricSource: { type: sourceType, spec: { pipeline, indicator, ...(count && { count }) } },
  })
  return {
    metadata: { name: documentName(spec.id), displayName: spec.title, ...(annotations && { annotations }) },
    spec:
      unitOf(indicator) === null
        ? { ratioMetric: { counter: false, good: source('good'), total: source('total') } }
        : { thresholdMetric: source() },
  }
}

function partOf(whole: ObjectiveSpec, part: ObjectiveSpec) {
  if (part.sli === null) return {}
  return {
    ...objectiveOf(part, part.sli),
    indicator: indicatorOf(part, part.sli, annotationsOf(part)),
    compositeWeight: whole.parts.find(({ id }) => id === part.id)?.weight ?? 1,
  }
}

function objectiveOf({ target, budgeting, title }: ObjectiveSpec, { indicator, threshold }: Sli) {
  return {
    displayName: title,
    ...(unitOf(indicator) === null ? {} : { op: 'lte', value: threshold }),
    target,
    ...(budgeting.method === 'timeslices' && { timeSliceTarget: budgeting.target }),
    ...(budgeting.method !== 'occurrences' && { timeSliceWindow: `${budgeting.minutes}m` }),
  }
}

function windowOf(window: ObjectiveWindow) {
  const duration = durationText(window)
  if (window.kind === 'rolling') return { duration, isRolling: true }
  return { duration, isRolling: false, calendar: { startTime: window.start, timeZone: window.zone } }
}

const methodOf = ({ budgeting }: ObjectiveSpec) =>
  ({ occurrences: 'Occurrences', timeslices: 'Timeslices', ratio_timeslices: 'RatioTimeslices' })[
    budgeting.method
  ]
