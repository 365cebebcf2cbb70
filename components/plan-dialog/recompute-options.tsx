'use client'
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import type { Zone } from '@/components/format'
import { Button, Choice, InstantField } from '@/components/ui'
import type { RecomputeDraft } from './draft'
import { GuardFields } from './guard-fields'
import { formOf, readForm } from './recompute-form'
import type { RecomputeForm } from './recompute-form'

const modes = [
  { value: 'all', label: 'All windows' },
  { value: 'divergent', label: 'Only divergent', note: 'the last comparison found a difference' },
  { value: 'missing', label: 'Only missing', note: 'no version answers' },
  { value: 'failed', label: 'Only failed', note: 'the last job that tried them failed' },
] as const
const orders = [
  { value: 'oldest', label: 'Oldest first' },
  { value: 'newest', label: 'Newest first' },
] as const

interface RecomputeOptionsProps {
  draft: RecomputeDraft
  zone: Zone
  onPlan: (draft: RecomputeDraft) => void
}

/** Which windows are counted again, when, and what takes the result back by itself. */
export function RecomputeOptions({ draft, zone, onPlan }: RecomputeOptionsProps) {
  const [start] = useState(() => formOf(draft, zone))
  const [form, setForm] = useState(start)
  const isBackfill = draft.kind === 'backfill'
  const [open, setOpen] = useState(start.keys !== '' || start.runAt !== '' || start.guarded)
  const set = (change: Partial<RecomputeForm>) => setForm((before) => ({ ...before, ...change }))
  const isEdited = JSON.stringify(form) !== JSON.stringify(start)
  const read = readForm(form, draft, zone)
  const problem = 'problem' in read ? read.problem : null
  return (
    <form
      className="plan-options"
      aria-label="Options of the plan"
      onSubmit={(event) => {
        event.preventDefault()
        if ('draft' in read) onPlan(read.draft)
      }}
    >
      <div className="plan-row">
        <InstantField label="From" zone={zone} value={form.from} onChange={(from) => set({ from })} />
        <InstantField label="to" zone={zone} value={form.to} onChange={(to) => set({ to })} />
        <span className="text-small text-text-3">{zone === 'utc' ? 'UTC' : 'local'}</span>
      </div>
      <div className="plan-row">
        {isBackfill ? (
          <>
            <Choice label="Windows" value={form.mode} options={modes} onChange={(mode) => set({ mode })} />
            <Choice label="Order" value={form.order} options={orders} onChange={(order) => set({ order })} />
          </>
        ) : null}
        <button type="button" className="link plan-more" aria-expanded={open} onClick={() => setOpen(!open)}>
          <ChevronRight className={`icon h-3! w-3! ${open ? 'rotate-90' : ''}`} aria-hidden="true" />
          {isBackfill ? 'Keys, time, watch' : 'Keys, watch'}
        </button>
        <span className="grow" />
        {isEdited && problem ? <span className="text-small text-bad">{problem}</span> : null}
        {isEdited ? (
          <Button size="small" type="submit" off={problem}>
            Plan this
          </Button>
        ) : null}
      </div>
      {open ? (
        <div className="plan-more-body">
          <label className="plan-row">
            <span className="plan-label">Keys</span>
            <input
              className="field flex-1"
              type="text"
              spellCheck={false}
              placeholder="all; or some, separated by commas"
              value={form.keys}
              onChange={(event) => set({ keys: event.target.value })}
            />
          </label>
          {isBackfill ? (
            <label className="plan-row">
              <span className="plan-label">Run at</span>
              <input
                className="field w-[190px]!"
                type="text"
                inputMode="numeric"
                spellCheck={false}
                placeholder="at once; or 2026-11-22 23:00"
                value={form.runAt}
                onChange={(event) => set({ runAt: event.target.value })}
              />
            </label>
          ) : null}
          <GuardFields form={form} onChange={set} />
        </div>
      ) : null}
    </form>
  )
}
