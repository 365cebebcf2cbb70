'use client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '@/components/data'
import { formatCompact } from '@/components/format'
import { Button } from '@/components/ui'
import type { Draft } from './draft'

type QuarantineDraft = Extract<Draft, { kind: 'quarantine' }>

interface QuarantineOptionsProps {
  draft: QuarantineDraft
  onPlan: (draft: QuarantineDraft) => void
}

/** Which producer is kept aside, by the `source` its events carry. */
export function QuarantineOptions({ draft, onPlan }: QuarantineOptionsProps) {
  const [source, setSource] = useState(draft.source ?? '')
  const trpc = useTRPC()
  const { data } = useQuery(trpc.pipelines.producers.queryOptions({ name: draft.pipeline }))
  const known = data?.producers.filter(({ quarantine }) => !quarantine) ?? []
  const problem = source.trim() === '' ? 'Name the producer by the source its events carry.' : null
  return (
    <form
      className="plan-options"
      aria-label="Options of the plan"
      onSubmit={(event) => {
        event.preventDefault()
        if (!problem) onPlan({ ...draft, source: source.trim() })
      }}
    >
      <label className="plan-row">
        <span className="plan-label">Source</span>
        <input
          className="field min-w-[180px] flex-1"
          type="text"
          spellCheck={false}
          autoComplete="off"
          value={source}
          onChange={(event) => setSource(event.target.value)}
        />
        {source.trim() === draft.source ? null : (
          <Button size="small" type="submit" off={problem}>
            Plan this
          </Button>
        )}
      </label>
      {draft.source === null && known.length > 0 ? (
        <ul aria-label="Known producers" className="flex flex-wrap gap-2">
          {known.slice(0, 12).map((producer) => (
            <li key={producer.source}>
              <Button size="small" onClick={() => onPlan({ ...draft, source: producer.source })}>
                {producer.source}
                <span className="text-text-3">{formatCompact(producer.events)} events/h</span>
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
    </form>
  )
}
