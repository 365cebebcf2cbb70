import type { RecomputeForm } from './recompute-form'

interface GuardFieldsProps {
  form: RecomputeForm
  onChange: (change: Partial<RecomputeForm>) => void
}

/** A guarded flip: for some minutes after the publication it is taken back by itself beyond a bound. */
export function GuardFields({ form, onChange }: GuardFieldsProps) {
  return (
    <fieldset className="plan-row">
      <legend className="sr-only">Watch after the publication</legend>
      <label className="flex min-h-6 items-center gap-2">
        <input
          type="checkbox"
          checked={form.guarded}
          onChange={(event) => onChange({ guarded: event.target.checked })}
        />
        Watch it, and roll back by itself
      </label>
      {form.guarded ? (
        <>
          <Bound label="for" unit="min" value={form.minutes} onChange={(minutes) => onChange({ minutes })} />
          <Bound
            label="when divergence passes"
            unit="%"
            value={form.divergence}
            onChange={(divergence) => onChange({ divergence })}
          />
          <Bound
            label="or freshness"
            unit="s"
            value={form.freshness}
            onChange={(freshness) => onChange({ freshness })}
          />
        </>
      ) : null}
    </fieldset>
  )
}

interface BoundProps {
  label: string
  unit: string
  value: string
  onChange: (text: string) => void
}

function Bound({ label, unit, value, onChange }: BoundProps) {
  return (
    <label className="flex items-center gap-1.5 text-text-2">
      {label}
      <input
        className="field w-[62px]!"
        type="text"
        inputMode="decimal"
        aria-label={`${label}, ${unit}`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <span className="text-text-3">{unit}</span>
    </label>
  )
}
