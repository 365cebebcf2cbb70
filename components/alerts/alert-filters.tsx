'use client'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useConsoleFeed } from '@/components/live'
import { FilterField } from '@/components/pipelines'
import { Button, Choice } from '@/components/ui'
import { useAlertFilters } from './use-alerts-view'

const severities = [
  { value: '', label: 'Pages and tickets' },
  { value: 'page', label: 'Pages' },
  { value: 'ticket', label: 'Tickets' },
] as const

interface AlertFiltersProps {
  hasText: boolean
  children?: ReactNode
}

/** What of the alerts is shown; all of it is in the address. */
export function AlertFilters({ hasText, children }: AlertFiltersProps) {
  const { pipelines } = useConsoleFeed()
  const [filters, setFilters] = useAlertFilters()
  const { find, severity, pipeline, state, rule } = filters
  const isFiltered = find !== '' || severity !== null || pipeline !== null || state !== null || rule !== null
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 pb-3 max-[720px]:px-3" role="search">
      {hasText ? (
        <FilterField
          label="Filter alerts"
          placeholder="Filter by cause, rule, owner"
          value={find}
          onChange={(next) => void setFilters({ find: next || null })}
        />
      ) : null}
      <Choice
        label="Severity"
        value={severity ?? ''}
        options={severities}
        onChange={(next) => void setFilters({ severity: next === '' ? null : next })}
      />
      <Choice
        label="Pipeline"
        value={pipeline ?? ''}
        options={[
          { value: '', label: 'All pipelines' },
          ...[...new Set([...(pipelines?.map(({ name }) => name) ?? []), ...(pipeline ? [pipeline] : [])])]
            .sort()
            .map((value) => ({ value, label: value })),
        ]}
        onChange={(next) => void setFilters({ pipeline: next || null })}
      />
      {children}
      {isFiltered ? (
        <Button variant="quiet" onClick={() => void setFilters(null)}>
          <X className="icon" aria-hidden="true" />
          Clear filters
        </Button>
      ) : null}
    </div>
  )
}
