'use client'
import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button, Choice } from '@/components/ui'
import { actionWord } from './audit-words'
import type { Period, useAuditSearch } from './use-audit-search'

const settleMs = 300

const periodLabels: Record<Period, string> = {
  any: 'Any time',
  '1h': 'Last 1 h',
  '24h': 'Last 24 h',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  view: 'Range in the header',
}

interface AuditFiltersProps {
  search: ReturnType<typeof useAuditSearch>
  names: { actors: string[]; actions: string[] }
}

export function AuditFilters({ search, names }: AuditFiltersProps) {
  const { text, actor, action, object, during, setText, setFields, isFiltered, clear } = search
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 pb-3 max-[720px]:px-3" role="search">
      <TextField
        label="Search text"
        placeholder="Search text"
        value={text}
        onSettled={(next) => void setText(next || null)}
      />
      <Choice
        label="Actor"
        value={actor ?? ''}
        options={[
          { value: '', label: 'Anyone' },
          ...withChosen(names.actors, actor).map((value) => ({ value, label: value })),
        ]}
        onChange={(next) => void setFields({ actor: next || null })}
      />
      <Choice
        label="Action"
        value={action ?? ''}
        options={[
          { value: '', label: 'Any action' },
          ...withChosen(names.actions, action).map((value) => ({
            value,
            label: actionWord(value),
            note: value,
          })),
        ]}
        onChange={(next) => void setFields({ action: next || null })}
      />
      <TextField
        label="Object"
        placeholder="Object, exactly"
        value={object ?? ''}
        onSettled={(next) => void setFields({ object: next || null })}
      />
      <Choice
        label="When"
        value={during}
        options={Object.entries(periodLabels).map(([value, label]) => ({ value: value as Period, label }))}
        onChange={(next) => void setFields({ during: next === 'any' ? null : next })}
      />
      {isFiltered ? (
        <Button variant="quiet" onClick={clear}>
          <X className="icon" aria-hidden="true" />
          Clear
        </Button>
      ) : null}
    </div>
  )
}

/** A name from the URL stays a choice, however long ago it was last in the trail. */
const withChosen = (names: string[], chosen: string | null): string[] =>
  chosen === null || names.includes(chosen) ? names : [chosen, ...names]

interface TextFieldProps {
  label: string
  placeholder: string
  value: string
  onSettled: (text: string) => void
}

/** Asks the server only once the typing pauses. */
function TextField({ label, placeholder, value, onSettled }: TextFieldProps) {
  const [typed, setTyped] = useState(value)
  const [told, setTold] = useState(value)
  if (value !== told) {
    setTold(value)
    setTyped(value)
  }
  useEffect(() => {
    const text = typed.trim()
    if (text === value) return
    const timer = setTimeout(() => onSettled(text), settleMs)
    return () => clearTimeout(timer)
    // `onSettled` is a new function at every render; what it does stays the same.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [typed, value])
  return (
    <input
      className="field h-7! w-[190px]! max-[720px]:h-9! max-[720px]:w-full!"
      type="search"
      aria-label={label}
      placeholder={placeholder}
      maxLength={200}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  )
}
