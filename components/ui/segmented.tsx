'use client'
import type { KeyboardEvent } from 'react'

interface SegmentedProps<T extends string> {
  label: string
  value: T
  options: readonly { value: T; label: string }[]
  onChange: (value: T) => void
}

const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }

/** A few exclusive views of one thing: a radio group, one stop of the Tab key, moved through by arrows. */
export function Segmented<T extends string>({ label, value, options, onChange }: SegmentedProps<T>) {
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    const at = options.findIndex((option) => option.value === value)
    const next = (at + step + options.length) % options.length
    const button = event.currentTarget.children[next]
    if (button instanceof HTMLElement) button.focus()
    const option = options[next]
    if (option) onChange(option.value)
  }
  return (
    <div className="seg" role="radiogroup" aria-label={label} onKeyDown={move}>
      {options.map((option) => {
        const isChosen = option.value === value
        return (
          <button
            key={option.value}
            type="button"
            role="radio"
            className="seg-item"
            aria-checked={isChosen}
            data-state={isChosen ? 'checked' : 'unchecked'}
            tabIndex={isChosen ? 0 : -1}
            onClick={() => (isChosen ? undefined : onChange(option.value))}
          >
            {option.label}
          </button>
        )
      })}
    </div>
  )
}
