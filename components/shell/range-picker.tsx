'use client'
import { ChevronDown, Clock } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import { readInstant, writeInstant } from '@/components/format'
import { Button, InstantField } from '@/components/ui'
import { presetLabel, presets, currentTime, rangeLabel, useNow, useRange, useZone } from '@/components/view'
import type { ViewRange } from '@/components/view'

export function RangePicker() {
  const [range, setRange] = useRange()
  const [zone] = useZone()
  const [open, setOpen] = useState(false)
  const now = useNow(60_000)
  const choose = (next: ViewRange) => {
    void setRange(next)
    setOpen(false)
  }
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className="ctl ctl-box" aria-label="Time range">
        <Clock className="icon" aria-hidden="true" />
        <span className="truncate" suppressHydrationWarning>
          {rangeLabel(range, zone, now)}
        </span>
        <ChevronDown className="icon" aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu w-[264px]" align="end" sideOffset={6} collisionPadding={8}>
          <ul>
            {presets.map((preset) => (
              <li key={preset}>
                <button
                  type="button"
                  className="menu-item"
                  aria-pressed={range.kind === 'preset' && range.preset === preset}
                  data-state={range.kind === 'preset' && range.preset === preset ? 'checked' : 'unchecked'}
                  onClick={() => choose({ kind: 'preset', preset })}
                >
                  {presetLabel(preset)}
                </button>
              </li>
            ))}
          </ul>
          <div className="menu-line" />
          <CustomRange range={range} onChoose={choose} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function CustomRange({ range, onChoose }: { range: ViewRange; onChoose: (range: ViewRange) => void }) {
  const [zone] = useZone()
  const [start] = useState(() => startOf(range))
  const [from, setFrom] = useState(() => writeInstant(start.from, zone))
  const [to, setTo] = useState(() => writeInstant(start.to, zone))
  const read = { from: readInstant(from, zone), to: readInstant(to, zone) }
  const problem =
    read.from === null || read.to === null
      ? 'Both ends need a date and a time.'
      : read.from >= read.to
        ? 'The start must be before the end.'
        : null
  return (
    <form
      className="flex flex-col gap-2 p-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (!problem && read.from !== null && read.to !== null)
          onChoose({ kind: 'custom', from: read.from, to: read.to })
      }}
    >
      <InstantField label="From" zone={zone} value={from} onChange={setFrom} />
      <InstantField label="To" zone={zone} value={to} onChange={setTo} />
      <div className="flex items-center gap-2">
        <span className="grow text-small text-text-3">
          {problem ?? (zone === 'utc' ? 'in UTC' : 'in local time')}
        </span>
        <Button size="small" type="submit" off={problem}>
          Show
        </Button>
      </div>
    </form>
  )
}

/** Where typing starts: the range shown, or the last hour in whole minutes. */
function startOf(range: ViewRange): { from: number; to: number } {
  if (range.kind === 'custom') return range
  const now = Math.floor(currentTime() / 60_000) * 60_000
  return { from: now - 3_600_000, to: now }
}
