import type { ReactNode } from 'react'
import { QuietGlyph } from './glyph'

interface LabelledProps {
  label: string
  /** What to know before filling it in. */
  note?: ReactNode
  children: ReactNode
}

/** The note stands outside of the label: a field is called by its label alone. */
export function Labelled({ label, note, children }: LabelledProps) {
  return (
    <div className="flex flex-col gap-1.5">
      <label className="flex flex-col gap-1.5 font-medium">
        {label}
        {children}
      </label>
      {note ? <span className="text-small text-text-3">{note}</span> : null}
    </div>
  )
}

/** Above a control of several parts, which says its own name. */
export function Captioned({ caption, children }: { caption: string; children: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-1.5">
      <span className="font-medium" aria-hidden="true">
        {caption}
      </span>
      {children}
    </div>
  )
}

/** Why something is changed, for the audit trail. */
export function ReasonField({ value, onChange }: { value: string; onChange: (reason: string) => void }) {
  return (
    <Labelled label="Reason">
      <input
        className="field font-normal"
        maxLength={1_000}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </Labelled>
  )
}

/** Why it was not done. */
export function Problem({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="flex gap-2 text-text-1">
      <span className="flex-none">
        <QuietGlyph status="bad" />
      </span>
      {children}
    </p>
  )
}
