'use client'
import { useState } from 'react'
import { Button, Segmented } from '@/components/ui'
import type { RestartDraft } from './draft'

const places = [
  { value: 'cut', label: 'The last cut' },
  { value: 'seq', label: 'A position' },
] as const

interface RestartOptionsProps {
  draft: RestartDraft
  onPlan: (draft: RestartDraft) => void
}

/** From where the speed layer reads the log again. */
export function RestartOptions({ draft, onPlan }: RestartOptionsProps) {
  const [place, setPlace] = useState<'cut' | 'seq'>('seq' in draft.at ? 'seq' : 'cut')
  const [text, setText] = useState('seq' in draft.at ? String(draft.at.seq) : '')
  const seq = Number(text.replaceAll(',', ''))
  const problem = /^[\d,]+$/.test(text.trim()) && seq >= 1 ? null : 'A position is a whole number above 0.'
  return (
    <form
      className="plan-options"
      aria-label="Options of the plan"
      onSubmit={(event) => {
        event.preventDefault()
        if (!problem) onPlan({ ...draft, at: { seq } })
      }}
    >
      <div className="plan-row">
        <span className="plan-label">From</span>
        <Segmented
          label="From where"
          value={place}
          options={places}
          onChange={(next) => {
            setPlace(next)
            if (next === 'cut' && 'seq' in draft.at) onPlan({ ...draft, at: { cut: 'last' } })
          }}
        />
        {place === 'seq' ? (
          <>
            <label className="flex items-center gap-2 text-text-3">
              seq
              <input
                className="field w-[130px]! text-text-1"
                type="text"
                inputMode="numeric"
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            </label>
            <Button size="small" type="submit" off={problem}>
              Plan this
            </Button>
          </>
        ) : (
          <span className="text-small text-text-3">where the newest batch run read up to</span>
        )}
      </div>
    </form>
  )
}
