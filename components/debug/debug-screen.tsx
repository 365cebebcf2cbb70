'use client'
import { Workflow } from 'lucide-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { useTRPC } from '@/components/data'
import { OffendersPanel } from '@/components/divergence/offenders-panel'
import { useRefresh } from '@/components/divergence/use-refresh'
import { ExplainFromUrl, useExplain } from '@/components/explain'
import { isOld, liveness, useConsoleFeed } from '@/components/live'
import { describeMeasure, firstMeasure } from '@/components/pipeline/measure-name'
import { PageHead } from '@/components/shell'
import { Choice, Failed, Note, Panel, SkeletonBox } from '@/components/ui'
import { apiRange, useKey, useMeasureName, useNow, useRange, useZone } from '@/components/view'
import type { DivergingCell, Offender, PipelineListItem } from '@/server/api'
import { LatencyPanel } from './latency-panel'
import { RetriesPanel } from './retries-panel'
import { SamplesPanel } from './samples-panel'
import { SchemaChangesPanel, ValidationPanel } from './schema-panels'
import { UsagePanel } from './usage-panel'
import { useDebug, useDebugPipeline, useIndicator } from './use-debug-view'

const forWhom =
  'For engineers: where time goes, which keys are wrong, what changed, and what was in whose way.'

/** What a postmortem digs in. */
export function DebugScreen() {
  const { pipelines, watch } = useConsoleFeed()
  const [name] = useDebugPipeline()
  useRefresh()
  const pipeline =
    pipelines?.find((each) => each.name === name) ?? (name === null ? pipelines?.[0] : undefined)
  if (pipelines && pipeline) return <Screen pipelines={pipelines} pipeline={pipeline} />
  return (
    <>
      <PageHead title="Debug" forWhom={forWhom} />
      <Panel title="Processing latency">
        {pipelines ? (
          <Note kind="empty" title={name === null ? 'No pipeline yet' : `There is no pipeline ${name}`}>
            {name === null
              ? 'Apply a definition first: its latencies show here from its first event on.'
              : 'It was removed, or the link is of another installation. Choose one from the list of pipelines.'}
          </Note>
        ) : watch.error ? (
          <Failed
            title="The pipelines did not load"
            message={`${watch.error} It is tried again by itself.`}
          />
        ) : (
          <div className="panel-body">
            <SkeletonBox height={268} />
          </div>
        )}
      </Panel>
    </>
  )
}

function Screen({ pipelines, pipeline }: { pipelines: PipelineListItem[]; pipeline: PipelineListItem }) {
  const [, setName] = useDebugPipeline()
  const [indicator] = useIndicator()
  const [measureName, setMeasure] = useMeasureName()
  const [, setKey] = useKey()
  const [viewRange] = useRange()
  const [zone] = useZone()
  const [, setExplained] = useExplain()
  const now = useNow(5_000)
  const asked = JSON.stringify(apiRange(viewRange, pipeline.status.boundary, now))
  const range = useMemo(() => JSON.parse(asked) as ReturnType<typeof apiRange>, [asked])
  const { view, watch } = useDebug({ name: pipeline.name, indicator, range })
  const old = view !== null && isOld(liveness(watch.state, watch.lastAt, now))
  const measure =
    pipeline.measures.find((each) => each.name === measureName) ?? firstMeasure(pipeline.measures)
  const measureKey = measure?.name ?? null
  const wanted = useMemo(
    () => (measureKey === null ? null : { name: pipeline.name, measure: measureKey, range, cause: null }),
    [pipeline.name, measureKey, range],
  )
  const trpc = useTRPC()
  const summary = useQuery(
    trpc.divergence.summary.queryOptions(wanted ?? { name: '-', measure: '-', range }, {
      enabled: wanted !== null,
      placeholderData: keepPreviousData,
    }),
  )
  const tolerance = summary.data?.tolerance ?? 0.001
  const choose = useCallback(({ key }: Offender) => void setKey(key), [setKey])
  const explain = useCallback(
    ({ windowStart, key }: DivergingCell) => void setExplained({ from: windowStart, to: null, key }),
    [setExplained],
  )
  const part = { view, stale: old, zone, now }
  const minute = Math.floor(now / 60_000) * 60_000
  return (
    <>
      <PageHead
        title="Debug"
        forWhom={forWhom}
        actions={
          <>
            <Choice
              label="Pipeline"
              icon={<Workflow className="icon" aria-hidden="true" />}
              value={pipeline.name}
              options={pipelines.map(({ name, title }) => ({ value: name, label: name, note: title }))}
              onChange={(next) => {
                void setMeasure(null)
                void setKey(null)
                void setExplained(null)
                void setName(next)
              }}
            />
            {measure ? (
              <Choice
                label="Measure"
                value={measure.name}
                options={pipeline.measures.map((each) => ({
                  value: each.name,
                  label: each.name,
                  note: describeMeasure(each),
                }))}
                onChange={(next) => void setMeasure(next)}
              />
            ) : null}
          </>
        }
      />
      <div className="grid12">
        <div className="span-8 stack">
          <LatencyPanel pipeline={pipeline.name} {...part} />
        </div>
        <div className="span-4 stack">
          <RetriesPanel {...part} />
        </div>
        {wanted ? (
          <>
            <div className="span-6 stack">
              <OffendersPanel
                wanted={wanted}
                tolerance={tolerance}
                zone={zone}
                now={minute}
                pressSays="Show its samples"
                onExplain={choose}
              />
            </div>
            <div className="span-6 stack">
              <SamplesPanel
                wanted={wanted}
                tolerance={tolerance}
                zone={zone}
                now={minute}
                onExplain={explain}
              />
            </div>
          </>
        ) : null}
        <div className="span-6 stack">
          <SchemaChangesPanel {...part} />
        </div>
        <div className="span-6 stack">
          <ValidationPanel {...part} />
        </div>
        <div className="span-12">
          <UsagePanel {...part} />
        </div>
      </div>
      <ExplainFromUrl pipeline={pipeline.name} />
    </>
  )
}
