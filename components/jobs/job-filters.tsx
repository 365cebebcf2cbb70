import { Choice } from '@/components/ui'
import { jobKinds, jobStatuses, kindWord } from '@/components/job'
import type { JobFilter } from './job-filter'

const all = 'all'

interface JobFiltersProps {
  filter: JobFilter
  pipelines: string[]
  onChange: (change: Partial<JobFilter>) => unknown
}

export function JobFilters({ filter, pipelines, onChange }: JobFiltersProps) {
  return (
    <>
      <Choice
        label="Pipeline"
        value={filter.pipeline ?? all}
        options={[
          { value: all, label: 'All pipelines' },
          ...pipelines.map((name) => ({ value: name, label: name })),
        ]}
        onChange={(next) => onChange({ pipeline: next === all ? null : next })}
      />
      <Choice
        label="Kind"
        value={filter.kind ?? all}
        options={[
          { value: all, label: 'All kinds' },
          ...jobKinds.map((kind) => ({ value: kind, label: kindWord(kind) })),
        ]}
        onChange={(next) => onChange({ kind: next === all ? null : next })}
      />
      <Choice
        label="Status"
        value={filter.status ?? all}
        options={[
          { value: all, label: 'All states' },
          { value: 'open', label: 'queued or running' },
          ...jobStatuses.map((status) => ({ value: status, label: status })),
        ]}
        onChange={(next) => onChange({ status: next === all ? null : next })}
      />
    </>
  )
}
