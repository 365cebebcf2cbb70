'use client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import { ExplainFromUrl, useExplain } from '@/components/explain'
import { describeError, useTRPC } from '@/components/data'
import { isOld, liveness, useConsoleFeed } from '@/components/live'
import { firstMeasure } from '@/components/pipeline/measure-name'
import { PageHead } from '@/components/shell'
import { Failed, Note, Panel, SkeletonBox } from '@/components/ui'
import type { Cause } from '@/components/ui'
import { apiRange, useMeasureName, useNow, useRange, useZone } from '@/components/view'
import type { MeasureInfo, Offender, PipelineListItem } from '@/server/api'
import { DivergenceControls } from './divergence-controls'
import { CausesPanel } from './causes-panel'
import { HeatPanel } from './heat-panel'
import { HistogramPanel } from './histogram-panel'
import type { MeasureWanted } from './measure-wanted'
import { OffendersPanel } from './offenders-panel'
import { PipelinesPanel } from './pipelines-panel'
import { SummaryStrip } from './summary-strip'
import { useCause, useMode, usePipelineName, useSelectionInUrl } from './use-divergence-view'
import { useRefresh } from './use-refresh'

const forWhom = 'For operators: which windows are wrong, why, and what would putting them right change?'

/** Where speed and batch said different things, and what to do about it. */
export function DivergenceScreen() {
  const { pipelines, watch } = useConsoleFeed()
  const [name] = usePipelineName()
  useRefresh()
  if (!pipelines)
    return (
      <>
        <PageHead title="Divergence" forWhom={forWhom} />
        {watch.error ? (
          <Panel title="Relative error">
            <Failed
              title="The pipelines did not load"
              message={`${watch.error} It is tried again by itself.`}
            />
          </Panel>
        ) : (
          <Loading />
        )}
      </>
    )
  const pipeline = pipelines.find((each) => each.name === name) ?? (name === null ? pipelines[0] : undefined)
  if (!pipeline)
    return (
      <>
        <PageHead title="Divergence" forWhom={forWhom} />
        <Panel title="Relative error">
          <Note kind="empty" title={name === null ? 'No pipeline yet' : `There is no pipeline ${name}`}>
            {name === null
              ? 'Apply a definition first: its windows are compared from its first batch run on.'
              : 'It was removed, or the link is of another installation. Choose one from the list of pipelines.'}
          </Note>
        </Panel>
      </>
    )
  return <Screen pipelines={pipelines} pipeline={pipeline} />
}

function Screen({ pipelines, pipeline }: { pipelines: PipelineListItem[]; pipeline: PipelineListItem }) {
  const trpc = useTRPC()
  const { watch } = useConsoleFeed()
  const [, setName] = usePipelineName()
  const [measureName, setMeasure] = useMeasureName()
  const [mode, setMode] = useMode()
  const [cause, setCause] = useCause()
  const [viewRange, setRange] = useRange()
  const [zone] = useZone()
  const [explained, setExplained] = useExplain()
  const [, setSelection] = useSelectionInUrl()
  const now = useNow(1_000)
  const maxHeight = useMaxHeight()
  const state = liveness(watch.state, watch.lastAt, now)
  const measureText = JSON.stringify(
    pipeline.measures.find((m) => m.name === measureName) ?? firstMeasure(pipeline.measures),
  )
  // The live feed sends the list again every second; what did not change must not look new to the panels.
  const measure = useMemo(() => JSON.parse(measureText) as MeasureInfo | null, [measureText])
  const windowNow = Math.floor(now / pipeline.windowSizeMs) * pipeline.windowSizeMs
  const minuteNow = Math.floor(now / 60_000) * 60_000
  const asked = JSON.stringify(apiRange(viewRange, pipeline.status.boundary, now))
  const range = useMemo(() => JSON.parse(asked) as ReturnType<typeof apiRange>, [asked])
  const wanted = useMemo<MeasureWanted | null>(
    () => (measure ? { name: pipeline.name, measure: measure.name, range, cause } : null),
    [pipeline.name, measure, range, cause],
  )
  const summary = useQuery(
    trpc.divergence.summary.queryOptions(wanted ?? { name: '-', measure: '-', range }, {
      enabled: wanted !== null && mode === 'windows',
      placeholderData: keepPreviousData,
    }),
  )
  const explain = useCallback(
    ({ windowStart, key }: { windowStart: number; key: string }) =>
      void setExplained({ from: windowStart, to: null, key }),
    [setExplained],
  )
  const explainOffender = useCallback(
    ({ key, largestAt }: Offender) => explain({ windowStart: largestAt, key }),
    [explain],
  )
  const chooseCause = useCallback((next: Cause) => void setCause(next), [setCause])
  const reset = () => {
    void setSelection(null)
    void setExplained(null)
  }
  if (!wanted || !measure) return null
  const tolerance = summary.data?.tolerance ?? 0.001
  return (
    <div className="divergence-page" {...(explained ? { 'data-explains': '' } : {})}>
      <PageHead
        title="Divergence"
        forWhom={forWhom}
        actions={
          <DivergenceControls
            pipelines={pipelines}
            pipeline={pipeline}
            measure={measure}
            onPipeline={(next) => {
              reset()
              void setMeasure(null)
              void setName(next)
            }}
            onMeasure={(next) => {
              reset()
              void setMeasure(next)
            }}
          />
        }
      />
      {mode === 'pipelines' ? (
        <PipelinesPanel
          range={range}
          cause={cause}
          stale={isOld(state)}
          zone={zone}
          now={now}
          maxHeight={maxHeight}
          onOpen={(next, stretch) => {
            reset()
            void setName(next)
            if (next !== pipeline.name) void setMeasure(null)
            void setRange({ kind: 'custom', ...stretch })
            void setMode('windows')
          }}
        />
      ) : (
        <>
          {summary.error && !summary.data ? (
            <Panel title="Figures" className="mb-4">
              <Failed
                title="The figures did not load"
                message={describeError(summary.error).message}
                onRetry={() => void summary.refetch()}
              />
            </Panel>
          ) : (
            <SummaryStrip summary={summary.data ?? null} old={isOld(state)} zone={zone} now={now} />
          )}
          <div className="stack">
            <HeatPanel
              key={pipeline.name}
              wanted={wanted}
              measure={measure}
              windowSizeMs={pipeline.windowSizeMs}
              summary={summary.data ?? null}
              maxHeight={maxHeight}
              stale={isOld(state)}
              zone={zone}
              now={windowNow}
              explained={explained}
              onExplain={explain}
            />
            <div className="grid12">
              <div className="span-6 stack">
                <CausesPanel wanted={wanted} zone={zone} onCause={chooseCause} />
                <HistogramPanel wanted={wanted} tolerance={tolerance} />
              </div>
              <div className="span-6 stack">
                <OffendersPanel
                  wanted={wanted}
                  tolerance={tolerance}
                  zone={zone}
                  now={minuteNow}
                  onExplain={explainOffender}
                />
              </div>
            </div>
          </div>
        </>
      )}
      <ExplainFromUrl pipeline={pipeline.name} />
    </div>
  )
}

/** A map never takes more than what a screen shows of it beside its controls. */
function useMaxHeight(): number {
  const tall = useSyncExternalStore(
    (changed) => {
      window.addEventListener('resize', changed)
      return () => window.removeEventListener('resize', changed)
    },
    () => window.innerHeight,
    () => 900,
  )
  return Math.round(Math.min(640, Math.max(320, tall * 0.64)))
}

function Loading() {
  return (
    <>
      <SummaryStrip summary={null} old zone="utc" now={0} />
      <Panel title="Relative error" sub="worst key first">
        <div className="panel-body">
          <SkeletonBox height={520} />
        </div>
      </Panel>
    </>
  )
}
