import type { Indicator, ObjectiveSpec } from '@/server/api'

/** The form of the editor: text as it is typed, read only when it is looked at. */
export interface SpecDraft {
  name: string
  title: string
  owner: string
  pipeline: string
  indicator: Indicator
  /** In the unit that people write: ms, events, or per cent for shares. */
  threshold: string
  /** Per cent. */
  target: string
  window: 'rolling' | 'calendar'
  days: string
  unit: 'day' | 'week' | 'month' | 'quarter'
  zone: string
  budgeting: ObjectiveSpec['budgeting']['method']
  sliceMinutes: string
  sliceTarget: string
  minTotal: string
  urgency: ObjectiveSpec['urgency']
}

export interface ThresholdField {
  label: string
  note: string
  /** From what is written to the indicator's unit. */
  scale: number
}

/** Null: a value of it is bad or not. */
export const thresholdFields: Record<Indicator, ThresholdField | null> = {
  latency: { label: 'Answered within (ms)', note: 'A slower read is bad.', scale: 1 },
  event_to_view: { label: 'In view within (ms)', note: 'From the log to the commit.', scale: 1 },
  batch: { label: 'Within deadlines', note: '1 is the deadline, 2 twice as long.', scale: 1 },
  reconciliation: { label: 'Published within run times', note: '2 is twice as long as the run.', scale: 1 },
  freshness: { label: 'Fresh within (ms)', note: 'Age of the oldest event not in the answer.', scale: 1 },
  correctness: { label: 'Within (%)', note: 'Relative difference that counts as right.', scale: 0.01 },
  backlog: { label: 'At most (events)', note: 'Events waiting at a look.', scale: 1 },
  duplicates: null,
  reruns: null,
  jobs: null,
}

export const emptyDraft = (pipeline: string): SpecDraft => ({
  name: '',
  title: '',
  owner: '',
  pipeline,
  indicator: 'freshness',
  threshold: '5000',
  target: '99',
  window: 'rolling',
  days: '30',
  unit: 'month',
  zone: 'UTC',
  budgeting: 'occurrences',
  sliceMinutes: '1',
  sliceTarget: '95',
  minTotal: '20',
  urgency: 'page',
})

const percentText = (share: number) => String(Number((share * 100).toPrecision(10)))

export function draftOf(spec: ObjectiveSpec): SpecDraft {
  const { sli, window, budgeting } = spec
  const base = emptyDraft(sli?.pipeline ?? '')
  const field = sli && thresholdFields[sli.indicator]
  return {
    ...base,
    name: spec.name,
    title: spec.title,
    owner: spec.owner,
    indicator: sli?.indicator ?? base.indicator,
    threshold: sli && field ? String(Number((sli.threshold / field.scale).toPrecision(10))) : '0',
    target: percentText(spec.target),
    window: window.kind,
    days: window.kind === 'rolling' ? String(window.days) : base.days,
    unit: window.kind === 'calendar' ? window.unit : base.unit,
    zone: window.kind === 'calendar' ? window.zone : base.zone,
    budgeting: budgeting.method,
    sliceMinutes: budgeting.method === 'occurrences' ? base.sliceMinutes : String(budgeting.minutes),
    sliceTarget: budgeting.method === 'timeslices' ? percentText(budgeting.target) : base.sliceTarget,
    minTotal: String(spec.minTotal),
    urgency: spec.urgency,
  }
}

export type DraftProblems = Partial<Record<keyof SpecDraft, string>>

const number = (text: string): number =>
  text.trim() === '' ? Number.NaN : Number(text.trim().replace(',', '.'))

/** What a field must be, in words, where it is not; the server checks the whole again. */
export function problemsOf(draft: SpecDraft, isComposite: boolean): DraftProblems {
  const problems: DraftProblems = {}
  const target = number(draft.target)
  if (!(target > 0 && target < 100))
    problems.target = 'Between 0 and 100, both excluded: a budget must be left.'
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(draft.name))
    problems.name = 'Lower case letters, digits, - and _, such as freshness-strict.'
  if (draft.title.trim() === '') problems.title = 'What it promises, in a few words.'
  if (draft.owner.trim() === '') problems.owner = 'Who answers for it.'
  if (!isComposite && draft.pipeline === '') problems.pipeline = 'Choose one.'
  if (!isComposite && thresholdFields[draft.indicator] && !(number(draft.threshold) >= 0))
    problems.threshold = 'A number of 0 or more.'
  if (draft.window === 'rolling' && !(number(draft.days) >= 1 && number(draft.days) <= 400))
    problems.days = 'From 1 to 400 days.'
  if (!(Number.isInteger(number(draft.minTotal)) && number(draft.minTotal) >= 0))
    problems.minTotal = 'A whole number of 0 or more.'
  if (draft.budgeting !== 'occurrences' && !(60 % number(draft.sliceMinutes) === 0))
    problems.sliceMinutes = 'Minutes that divide the hour: 1, 5, 10, 15, 30 or 60.'
  if (
    draft.budgeting === 'timeslices' &&
    !(number(draft.sliceTarget) > 0 && number(draft.sliceTarget) <= 100)
  )
    problems.sliceTarget = 'Above 0, at most 100.'
  return problems
}

/** Only of a draft without problems. `before` keeps what the form does not show: parts, labels, a calendar's start. */
export function specOf(draft: SpecDraft, before: ObjectiveSpec | null): ObjectiveSpec {
  const field = thresholdFields[draft.indicator]
  const isComposite = before !== null && before.sli === null
  const minutes = number(draft.sliceMinutes)
  const calendar = before?.window.kind === 'calendar' ? before.window : null
  return {
    id: before?.id ?? `${draft.pipeline}.${draft.name}`,
    name: draft.name,
    title: draft.title.trim(),
    owner: draft.owner.trim(),
    sli: isComposite
      ? null
      : {
          pipeline: draft.pipeline,
          indicator: draft.indicator,
          threshold: field ? Number((number(draft.threshold) * field.scale).toPrecision(12)) : 0,
        },
    parts: before?.parts ?? [],
    target: Number((number(draft.target) / 100).toPrecision(12)),
    window:
      draft.window === 'rolling'
        ? { kind: 'rolling', days: number(draft.days) }
        : {
            kind: 'calendar',
            unit: draft.unit,
            count: calendar?.unit === draft.unit ? calendar.count : 1,
            start: calendar?.unit === draft.unit ? calendar.start : '2026-01-01',
            zone: draft.zone,
          },
    budgeting:
      draft.budgeting === 'occurrences'
        ? { method: 'occurrences' }
        : draft.budgeting === 'timeslices'
          ? {
              method: 'timeslices',
              minutes,
              target: Number((number(draft.sliceTarget) / 100).toPrecision(12)),
            }
          : { method: 'ratio_timeslices', minutes },
    minTotal: number(draft.minTotal),
    urgency: draft.urgency,
    labels: before?.labels ?? {},
  }
}
