import { readInstant } from '@/components/format'
import type { Zone } from '@/components/format'

interface InstantFieldProps {
  label: string
  zone: Zone
  value: string
  onChange: (text: string) => void
}

/** An instant as text, the same in every browser and language: 2026-11-22 17:59:00. */
export function InstantField({ label, zone, value, onChange }: InstantFieldProps) {
  return (
    <label className="flex items-center gap-2 text-text-3">
      <span className="min-w-[34px]">{label}</span>
      <input
        className="field w-[170px]! text-text-1"
        type="text"
        inputMode="numeric"
        autoComplete="off"
        spellCheck={false}
        placeholder="2026-11-22 17:59"
        value={value}
        aria-invalid={readInstant(value, zone) === null}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  )
}
