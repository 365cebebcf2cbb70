'use client'
import { useEffect, useRef } from 'react'

interface FilterFieldProps {
  value: string
  onChange: (value: string) => unknown
  label?: string
  placeholder?: string
}

/** Filters a list by what its rows say; `/` goes there. */
export function FilterField({
  value,
  onChange,
  label = 'Filter pipelines',
  placeholder = 'Filter by name, owner, tag',
}: FilterFieldProps) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      field.current?.focus()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  return (
    <input
      ref={field}
      className="field h-7! w-[220px]!"
      type="search"
      aria-label={label}
      placeholder={placeholder}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur()
      }}
    />
  )
}
