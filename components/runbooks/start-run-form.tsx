'use client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useRefusal } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { readInstant, writeInstant } from '@/components/format'
import type { Zone } from '@/components/format'
import { useConsoleFeed } from '@/components/live'
import { Button, Choice, Failed, InstantField } from '@/components/ui'
import { currentTime } from '@/components/view'
import type { RunDetail } from '@/server/api'

interface StartRunFormProps {
  runbook: string
  zone: Zone
  onStarted: (run: RunDetail) => void
}

const hourMs = 3_600_000

/** A run without an incident: a drill, or a look before anything fires. */
export function StartRunForm({ runbook, zone, onStarted }: StartRunFormProps) {
  const trpc = useTRPC()
  const { pipelines } = useConsoleFeed()
  const refusal = useRefusal('carry out runbooks')
  const names = pipelines?.map(({ name }) => name).sort() ?? []
  const [pipeline, setPipeline] = useState<string | null>(null)
  const [from, setFrom] = useState(() => writeInstant(currentTime() - hourMs, zone))
  const [to, setTo] = useState(() => writeInstant(currentTime(), zone))
  const start = useMutation(trpc.runbooks.start.mutationOptions({ onSuccess: onStarted }))
  const chosen = pipeline ?? names[0] ?? ''
  const range = { from: readInstant(from, zone), to: readInstant(to, zone) }
  const off =
    refusal ??
    (range.from === null || range.to === null
      ? 'One of the instants cannot be read: write 2026-11-22 17:59.'
      : range.from >= range.to
        ? 'The windows end before they begin.'
        : null)
  return (
    <div className="flex flex-col gap-3 px-4 pb-4">
      <div className="flex flex-wrap items-center gap-3">
        <Choice
          label="Pipeline"
          value={chosen}
          options={names.map((name) => ({ value: name, label: name }))}
          onChange={setPipeline}
        />
        <InstantField label="From" zone={zone} value={from} onChange={setFrom} />
        <InstantField label="To" zone={zone} value={to} onChange={setTo} />
        <Button
          variant="primary"
          off={off}
          aria-busy={start.isPending}
          onClick={() => {
            if (start.isPending || range.from === null || range.to === null) return
            start.mutate({
              runbook,
              variables: {
                ...(chosen ? { pipeline: chosen } : {}),
                from: new Date(range.from).toISOString(),
                to: new Date(range.to).toISOString(),
              },
            })
          }}
        >
          Start run
        </Button>
      </div>
      {start.error ? (
        <Failed title="The run did not start" message={describeError(start.error).message} />
      ) : null}
    </div>
  )
}
