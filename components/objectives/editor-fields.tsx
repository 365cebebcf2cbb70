import { useConsoleFeed } from '@/components/live'
import { Segmented } from '@/components/ui'
import type { Indicator } from '@/server/api'
import { Field, Select, TextInput } from './form'
import { indicatorWords } from './objective-words'
import { thresholdFields } from './spec-draft'
import type { DraftProblems, SpecDraft } from './spec-draft'

interface EditorFieldsProps {
  draft: SpecDraft
  problems: DraftProblems
  isNew: boolean
  isComposite: boolean
  onChange: (change: Partial<SpecDraft>) => void
}

const indicatorOptions = (Object.keys(indicatorWords) as Indicator[]).map((value) => ({
  value,
  label: indicatorWords[value].name,
}))
const usualThresholds: Partial<Record<Indicator, string>> = {
  latency: '300',
  event_to_view: '5000',
  batch: '1',
  reconciliation: '2',
  freshness: '5000',
  correctness: '0.1',
  backlog: '1000',
}
const windows = [
  { value: 'rolling', label: 'Rolling' },
  { value: 'calendar', label: 'Calendar' },
] as const
const units = (['day', 'week', 'month', 'quarter'] as const).map((value) => ({ value, label: value }))
const budgetings = [
  { value: 'occurrences', label: 'each value counts' },
  { value: 'timeslices', label: 'each stretch of time is good or bad' },
  { value: 'ratio_timeslices', label: 'mean of the stretches’ shares' },
] as const
const urgencies = [
  { value: 'page', label: 'Page' },
  { value: 'ticket', label: 'Ticket' },
] as const

/** What is promised, over which time, and how loudly it is said when the budget burns. */
export function EditorFields({ draft, problems, isNew, isComposite, onChange }: EditorFieldsProps) {
  const { pipelines } = useConsoleFeed()
  const threshold = thresholdFields[draft.indicator]
  const names = pipelines?.map(({ name }) => name) ?? []
  const known = draft.pipeline === '' || names.includes(draft.pipeline) ? names : [draft.pipeline, ...names]
  return (
    <div className="editor-fields">
      {isComposite ? null : (
        <>
          <Field label="Pipeline" problem={problems.pipeline}>
            <Select
              value={draft.pipeline}
              disabled={!isNew}
              options={[
                ...(draft.pipeline === '' ? [{ value: '', label: 'Choose…' }] : []),
                ...known.map((name) => ({ value: name, label: name })),
              ]}
              onChange={(pipeline) => {
                const owner = pipelines?.find(({ name }) => name === pipeline)?.owner
                onChange({ pipeline, ...(draft.owner === '' && owner ? { owner } : {}) })
              }}
            />
          </Field>
          <Field label="Measured">
            <Select
              value={draft.indicator}
              options={indicatorOptions}
              onChange={(indicator) => onChange({ indicator, threshold: usualThresholds[indicator] ?? '0' })}
            />
          </Field>
        </>
      )}
      <Field label="Name" note={isNew ? 'Part of its address; it stays.' : undefined} problem={problems.name}>
        <TextInput
          value={draft.name}
          disabled={!isNew}
          placeholder="freshness-strict"
          onChange={(name) => onChange({ name })}
        />
      </Field>
      <Field label="Owner" problem={problems.owner}>
        <TextInput value={draft.owner} onChange={(owner) => onChange({ owner })} />
      </Field>
      <div className="editor-wide">
        <Field label="Title" problem={problems.title}>
          <TextInput
            value={draft.title}
            placeholder="Reads are fresh"
            onChange={(title) => onChange({ title })}
          />
        </Field>
      </div>
      <Field label="Target (%)" note="Share that must be good." problem={problems.target}>
        <TextInput numeric value={draft.target} onChange={(target) => onChange({ target })} />
      </Field>
      {!isComposite && threshold ? (
        <Field label={threshold.label} note={threshold.note} problem={problems.threshold}>
          <TextInput numeric value={draft.threshold} onChange={(next) => onChange({ threshold: next })} />
        </Field>
      ) : null}
      <div className="flex flex-col items-start gap-1">
        <span className="font-medium" aria-hidden="true">
          Window
        </span>
        <Segmented
          label="Window"
          value={draft.window}
          options={windows}
          onChange={(window) => onChange({ window })}
        />
      </div>
      {draft.window === 'rolling' ? (
        <Field label="Days" problem={problems.days}>
          <TextInput numeric value={draft.days} onChange={(days) => onChange({ days })} />
        </Field>
      ) : (
        <>
          <Field label="Every">
            <Select value={draft.unit} options={units} onChange={(unit) => onChange({ unit })} />
          </Field>
          <Field label="Zone" note="IANA, such as Europe/Berlin.">
            <TextInput value={draft.zone} onChange={(zone) => onChange({ zone })} />
          </Field>
        </>
      )}
      {isComposite ? null : (
        <Field label="Counted">
          <Select
            value={draft.budgeting}
            options={budgetings}
            onChange={(budgeting) => onChange({ budgeting })}
          />
        </Field>
      )}
      {draft.budgeting === 'occurrences' ? null : (
        <Field label="Stretch (min)" problem={problems.sliceMinutes}>
          <TextInput
            numeric
            value={draft.sliceMinutes}
            onChange={(sliceMinutes) => onChange({ sliceMinutes })}
          />
        </Field>
      )}
      {draft.budgeting === 'timeslices' ? (
        <Field label="Good from (%)" note="Share within a stretch." problem={problems.sliceTarget}>
          <TextInput
            numeric
            value={draft.sliceTarget}
            onChange={(sliceTarget) => onChange({ sliceTarget })}
          />
        </Field>
      ) : null}
      <Field
        label="Quiet below"
        note="Values in a burn window; fewer fire nothing."
        problem={problems.minTotal}
      >
        <TextInput numeric value={draft.minTotal} onChange={(minTotal) => onChange({ minTotal })} />
      </Field>
      <div className="flex flex-col items-start gap-1">
        <span className="font-medium" aria-hidden="true">
          A fast burn
        </span>
        <Segmented
          label="A fast burn"
          value={draft.urgency}
          options={urgencies}
          onChange={(urgency) => onChange({ urgency })}
        />
      </div>
    </div>
  )
}
