'use client'
import { readInstant } from '@/components/format'
import type { Zone } from '@/components/format'
import { Captioned, Labelled, Segmented } from '@/components/ui'
import type { SilenceView } from '@/server/api'
import { durations } from './silence-form'
import type { Every, SilenceFields } from './silence-form'

const lasting = [
  ...durations.map(({ minutes, label }) => ({ value: String(minutes), label })),
  { value: 'typed', label: 'From, to' },
]

const recurrences = [
  { value: 'never', label: 'Once' },
  { value: 'day', label: 'Daily' },
  { value: 'week', label: 'Weekly' },
  { value: 'month', label: 'Monthly' },
] as const satisfies { value: Every; label: string }[]

interface SilenceWhenProps {
  kind: SilenceView['kind']
  fields: SilenceFields
  zone: Zone
  onChange: (next: Partial<SilenceFields>) => void
}

/** For how long from now; or from and to, once or again and again. */
export function SilenceWhen({ kind, fields, zone, onChange }: SilenceWhenProps) {
  const isTyped = fields.minutes === null
  return (
    <div className="flex flex-col gap-3">
      {kind === 'silence' ? (
        <Captioned caption="For">
          <Segmented
            label="For how long"
            value={isTyped ? 'typed' : String(fields.minutes)}
            options={lasting}
            onChange={(next) => onChange({ minutes: next === 'typed' ? null : Number(next) })}
          />
        </Captioned>
      ) : null}
      {isTyped ? (
        <div className="form-grid">
          <Instant label="From" zone={zone} value={fields.from} onChange={(from) => onChange({ from })} />
          <Instant label="To" zone={zone} value={fields.to} onChange={(to) => onChange({ to })} />
        </div>
      ) : null}
      {kind === 'maintenance' ? (
        <div className="form-grid">
          <Captioned caption="Again">
            <Segmented
              label="Again"
              value={fields.every}
              options={recurrences}
              onChange={(every) => onChange({ every })}
            />
          </Captioned>
          {fields.every === 'never' ? null : (
            <Instant
              label="Last time before"
              note="Empty: until somebody ends it."
              zone={zone}
              value={fields.until}
              isOptional
              onChange={(until) => onChange({ until })}
            />
          )}
        </div>
      ) : null}
    </div>
  )
}

interface InstantProps {
  label: string
  note?: string
  zone: Zone
  value: string
  isOptional?: boolean
  onChange: (text: string) => void
}

function Instant({ label, note, zone, value, isOptional = false, onChange }: InstantProps) {
  const isEmpty = isOptional && value.trim() === ''
  return (
    <Labelled label={`${label}, ${zone === 'utc' ? 'UTC' : 'local time'}`} note={note}>
      <input
        className="field font-normal"
        inputMode="numeric"
        autoComplete="off"
        spellCheck={false}
        placeholder="2026-11-22 17:59"
        value={value}
        aria-invalid={!isEmpty && readInstant(value, zone) === null}
        onChange={(event) => onChange(event.target.value)}
      />
    </Labelled>
  )
}
