'use client'
import { ChevronDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { Menu } from './menu'

interface ChoiceProps<T extends string> {
  label: string
  value: T
  options: readonly { value: T; label: string; note?: string }[]
  onChange: (value: T) => void
  icon?: ReactNode
}

/** One of many: a button that shows the choice and opens the list. */
export function Choice<T extends string>({ label, value, options, onChange, icon }: ChoiceProps<T>) {
  const shown = options.find((option) => option.value === value)?.label ?? value
  return (
    <Menu
      items={options.map((option) => ({ id: option.value, text: option.label, note: option.note }))}
      choice={{ label, value, onChange: (next) => onChange(next as T) }}
      trigger={
        <button type="button" className="ctl ctl-box" aria-label={`${label}: ${shown}`}>
          {icon}
          <span className="truncate">{shown}</span>
          <ChevronDown className="icon" aria-hidden="true" />
        </button>
      }
    />
  )
}
