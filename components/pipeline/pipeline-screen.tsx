'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Tabs } from 'radix-ui'
import { useEffect, useMemo } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { isOld, liveness, useConsoleFeed, usePipelineFeed } from '@/components/live'
import { pausedLayers, useOpenPlan, wholeWindows } from '@/components/plan-dialog'
import { Failed, Panel } from '@/components/ui'
import {
  apiRange,
  rangeEnds,
  useKey,
  useMeasureName,
  useNow,
  usePipelineTab,
  useRange,
  useZone,
} from '@/components/view'
import type { PipelineInfo } from '@/server/api'
import { DefinitionHistory } from './definition-history'
import { DefinitionPanel } from './definition-panel'
import { firstMeasure } from './measure-name'
import { NowTab } from './now-tab'
import { PausedBanner } from './paused-banner'
import { PipelineHead } from './pipeline-head'
import { ProposalBanner } from './proposal-banner'
import { PublicationHistory } from './publication-history'

/** For operators: one pipeline, live. */
export function PipelineScreen({ name, initial }: { name: string; initial: PipelineInfo | undefined }) {
  const trpc = useTRPC()
  const [range] = useRange()
  const [zone] = useZone()
  const [tab, setTab] = usePipelineTab()
  const [key] = useKey()
  const [measureName] = useMeasureName()
  const { pipelines } = useConsoleFeed()
  const openPlan = useOpenPlan()
  const now = useNow(1_000)
  const info = useQuery(trpc.pipelines.get.queryOptions({ name }, { initialData: () => initial }))
  const shownVersion = info.data?.definitionVersion
  const listed = pipelines?.find((pipeline) => pipeline.name === name)
  const applied = listed?.definitionVersion
  const queryClient = useQueryClient()
  useEffect(() => {
    if (applied === undefined || shownVersion === undefined || applied === shownVersion) return
    void queryClient.invalidateQueries(trpc.pipelines.pathFilter())
  }, [applied, shownVersion, queryClient, trpc])
  const boundary = listed?.status.boundary ?? null
  const asked = JSON.stringify(apiRange(range, boundary, now))
  const live = useMemo(() => JSON.parse(asked) as ReturnType<typeof apiRange>, [asked])
  const measures = info.data?.measures ?? []
  const measure = measures.find((m) => m.name === measureName) ?? firstMeasure(measures)
  const feed = usePipelineFeed({ name, range: live, key, measure: measure?.name ?? null })
  const status = feed.status ?? listed?.status ?? null
  const state = liveness(feed.watch.state, feed.watch.lastAt, now)
  if (info.error && !info.data)
    return (
      <Panel title={name}>
        <Failed
          title={`The pipeline ${name} did not load`}
          message={describeError(info.error).message}
          onRetry={() => void info.refetch()}
        />
      </Panel>
    )
  const recompute = (kind: 'backfill' | 'reconcile') => {
    if (!info.data) return
    const ends = rangeEnds(live, now)
    openPlan({ kind, pipeline: name, ...wholeWindows(ends, info.data.windowSizeMs, now) })
  }
  return (
    <>
      <PipelineHead
        name={name}
        info={info.data ?? null}
        status={status}
        old={isOld(state)}
        paused={status ? pausedLayers(status) : []}
        onRecompute={recompute}
      />
      <PausedBanner name={name} paused={status?.paused ?? []} zone={zone} now={now} />
      <ProposalBanner name={name} zone={zone} now={now} />
      <Tabs.Root
        value={tab}
        onValueChange={(next) => void setTab(next === 'now' ? null : (next as typeof tab))}
      >
        <Tabs.List className="tabs" aria-label="Views of this pipeline">
          <Tabs.Trigger className="tab" value="now">
            Now
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="definition">
            Definition
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="history">
            History
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="now" tabIndex={-1}>
          <NowTab
            name={name}
            info={info.data ?? null}
            status={status}
            feed={feed}
            measure={measure}
            range={live}
            state={state}
            now={now}
            onBackfill={() => recompute('backfill')}
          />
        </Tabs.Content>
        <Tabs.Content value="definition" tabIndex={-1}>
          <DefinitionPanel name={name} version={info.data?.definitionVersion ?? null} />
        </Tabs.Content>
        <Tabs.Content value="history" tabIndex={-1} className="stack">
          <PublicationHistory name={name} zone={zone} />
          <DefinitionHistory name={name} zone={zone} />
        </Tabs.Content>
      </Tabs.Root>
    </>
  )
}
