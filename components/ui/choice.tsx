'use client'
import { Check, ChevronDown } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'

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
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="ctl ctl-box" aria-label={`${label}: ${shown}`}>
        {icon}
        <span className="truncate">{shown}</span>
        <ChevronDown className="icon" aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          <DropdownMenu.RadioGroup
            value={value}
            onValueChange={(next) => onChange(next as T)}
            aria-label={label}
          >
            {options.map((option) => (
              <DropdownMenu.RadioItem key={option.value} value={option.value} className="menu-item">
                <span className="grow">{option.label}</span>
                {option.note ? <span className="text-text-3 text-small">{option.note}</span> : null}
                <DropdownMenu.ItemIndicator>
                  <Check className="icon" aria-hidden="true" />
                </DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
