'use client'
import { useEffect, useRef } from 'react'

interface FilterFieldProps {
  value: string
  onChange: (value: string) => unknown
}

/** Filters by name, title, owner or tag; `/` goes there. */
export function FilterField({ value, onChange }: FilterFieldProps) {
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
      aria-label="Filter pipelines"
      placeholder="Filter by name, owner, tag"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur()
      }}
    />
  )
}
