'use client'
import { ListFilter, Workflow } from 'lucide-react'
import { describeMeasure } from '@/components/pipeline/measure-name'
import { causes, Choice, Segmented } from '@/components/ui'
import type { MeasureInfo, PipelineListItem } from '@/server/api'
import { useCause, useMode } from './use-divergence-view'
import type { DivergenceMode } from './use-divergence-view'

const modes = [
  { value: 'windows', label: 'Windows × keys' },
  { value: 'pipelines', label: 'Pipelines × time' },
] as const satisfies { value: DivergenceMode; label: string }[]

const causeNotes: Record<(typeof causes)[number], string> = {
  late: 'counted by batch alone',
  duplicate: 'counted twice by speed',
  invalid: 'repaired and put back',
  approximation: "within a sketch's bound",
  hole: 'a part was missing',
  schema: 'read by another schema',
  drift: 'unexplained',
}

interface DivergenceControlsProps {
  pipelines: PipelineListItem[]
  pipeline: PipelineListItem
  measure: MeasureInfo
  onPipeline: (name: string) => void
  onMeasure: (name: string) => void
}

/** What the map is of; all of it stays in the address. */
export function DivergenceControls(props: DivergenceControlsProps) {
  const { pipelines, pipeline, measure } = props
  const [mode, setMode] = useMode()
  const [cause, setCause] = useCause()
  return (
    <>
      {mode === 'windows' ? (
        <>
          <Choice
            label="Pipeline"
            icon={<Workflow className="icon" aria-hidden="true" />}
            value={pipeline.name}
            options={pipelines.map(({ name, title }) => ({ value: name, label: name, note: title }))}
            onChange={props.onPipeline}
          />
          <Choice
            label="Measure"
            value={measure.name}
            options={pipeline.measures.map((m) => ({
              value: m.name,
              label: m.name,
              note: describeMeasure(m),
            }))}
            onChange={props.onMeasure}
          />
        </>
      ) : null}
      <Choice
        label="Cause"
        icon={<ListFilter className="icon" aria-hidden="true" />}
        value={cause ?? 'all'}
        options={[
          { value: 'all', label: 'All causes' },
          ...causes.map((name) => ({ value: name, label: name, note: causeNotes[name] })),
        ]}
        onChange={(next) => void setCause(next === 'all' ? null : next)}
      />
      <Segmented label="Map" value={mode} options={modes} onChange={(next) => void setMode(next)} />
    </>
  )
}
