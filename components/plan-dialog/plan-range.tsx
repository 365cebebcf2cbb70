'use client'
import { useState } from 'react'
import { readInstant, writeInstant } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, InstantField } from '@/components/ui'

interface PlanRangeProps {
  from: number
  to: number
  zone: Zone
  onPlan: (from: number, to: number) => void
}

/** The range of a recompute; another one needs another plan. */
export function PlanRange({ from, to, zone, onPlan }: PlanRangeProps) {
  const [start, setStart] = useState(() => writeInstant(from, zone))
  const [end, setEnd] = useState(() => writeInstant(to, zone))
  const read = { from: readInstant(start, zone), to: readInstant(end, zone) }
  const problem =
    read.from === null || read.to === null
      ? 'Both ends need a date and a time.'
      : read.from >= read.to
        ? 'The start must be before the end.'
        : null
  const moved = read.from !== from || read.to !== to
  return (
    <form
      className="mb-4 flex flex-wrap items-center gap-2"
      aria-label="Range of the plan"
      onSubmit={(event) => {
        event.preventDefault()
        if (!problem && read.from !== null && read.to !== null) onPlan(read.from, read.to)
      }}
    >
      <InstantField label="From" zone={zone} value={start} onChange={setStart} />
      <InstantField label="to" zone={zone} value={end} onChange={setEnd} />
      <span className="text-small text-text-3">{zone === 'utc' ? 'UTC' : 'local'}</span>
      {moved ? (
        <Button size="small" type="submit" off={problem}>
          Plan this range
        </Button>
      ) : null}
    </form>
  )
}
