'use client'
import { useState } from 'react'
import type { Zone } from '@/components/format'
import { Button } from '@/components/ui'
import { readLocalInput, writeLocalInput } from '@/components/view'

interface PlanRangeProps {
  from: number
  to: number
  zone: Zone
  onPlan: (from: number, to: number) => void
}

/** The range of a recompute; another one needs another plan. */
export function PlanRange({ from, to, zone, onPlan }: PlanRangeProps) {
  const [start, setStart] = useState(() => writeLocalInput(from, zone))
  const [end, setEnd] = useState(() => writeLocalInput(to, zone))
  const read = { from: readLocalInput(start, zone), to: readLocalInput(end, zone) }
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
      <label className="flex items-center gap-2 text-text-3">
        From
        <input
          className="field w-[196px]!"
          type="datetime-local"
          step={1}
          value={start}
          onChange={(event) => setStart(event.target.value)}
        />
      </label>
      <label className="flex items-center gap-2 text-text-3">
        to
        <input
          className="field w-[196px]!"
          type="datetime-local"
          step={1}
          value={end}
          onChange={(event) => setEnd(event.target.value)}
        />
      </label>
      <span className="text-small text-text-3">{zone === 'utc' ? 'UTC' : 'local'}</span>
      {moved ? (
        <Button size="small" type="submit" off={problem}>
          Plan this range
        </Button>
      ) : null}
    </form>
  )
}
