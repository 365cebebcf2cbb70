import type { ReactNode } from 'react'
import { QuietGlyph } from '@/components/ui'

interface FieldProps {
  label: string
  note?: ReactNode
  problem?: string | undefined
  children: ReactNode
}

/** A labelled field; what is wrong with it replaces what to know about it. */
export function Field({ label, note, problem, children }: FieldProps) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label className="flex flex-col gap-1 font-medium">
        {label}
        {children}
      </label>
      {problem ? (
        <span className="flex gap-1.5 text-small text-text-2">
          <QuietGlyph status="warn" /> {problem}
        </span>
      ) : note ? (
        <span className="text-small text-text-3">{note}</span>
      ) : null}
    </div>
  )
}

interface TextProps {
  value: string
  onChange: (text: string) => void
  disabled?: boolean
  placeholder?: string
  numeric?: boolean
  autoFocus?: boolean
}

export function TextInput({
  value,
  onChange,
  disabled = false,
  placeholder,
  numeric = false,
  autoFocus = false,
}: TextProps) {
  return (
    <input
      className="field font-normal"
      type="text"
      autoComplete="off"
      spellCheck={false}
      autoFocus={autoFocus}
      inputMode={numeric ? 'decimal' : 'text'}
      disabled={disabled}
      placeholder={placeholder}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

interface SelectProps<T extends string> {
  value: T
  options: readonly { value: T; label: string }[]
  onChange: (value: T) => void
  disabled?: boolean
}

export function Select<T extends string>({ value, options, onChange, disabled = false }: SelectProps<T>) {
  return (
    <select
      className="field font-normal"
      value={value}
      disabled={disabled}
      onChange={(event) => {
        const next = options.find((option) => option.value === event.target.value)
        if (next) onChange(next.value)
      }}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  )
}
