'use client'
import { useRef } from 'react'
import { csvRows, formatDuration, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { Failed, Note, Panel, PanelMenu, Segmented, SkeletonBox } from '@/components/ui'
import type { DebugView, LatencyHeat } from '@/server/api'
import { LatencyLegend, LatencyMap } from './latency-map'
import type { LatencyMapHandle } from './latency-map'
import { useIndicator } from './use-debug-view'

interface LatencyPanelProps {
  pipeline: string
  view: DebugView | null
  stale: boolean
  zone: Zone
  now: number
}

const indicators = [
  { value: 'event_to_view', label: 'Event to view' },
  { value: 'latency', label: 'Reads' },
  { value: 'freshness', label: 'Freshness' },
] as const

const subs: Record<LatencyHeat['indicator'], string> = {
  event_to_view: 'from the log’s timestamp to the commit of its cell',
  latency: 'time of reads at the API',
  freshness: 'age of the oldest event that an answer lacked',
}
const emptyWhy: Record<LatencyHeat['indicator'], string> = {
  event_to_view: 'No event of this pipeline was folded in this range.',
  latency: 'Nobody read this pipeline through the API in this range, and no probe did.',
  freshness: 'Nobody read this pipeline in this range, and no probe did.',
}

/** Where time goes, and since when. */
export function LatencyPanel({ pipeline, view, stale, zone, now }: LatencyPanelProps) {
  const [indicator, setIndicator] = useIndicator()
  const map = useRef<LatencyMapHandle>(null)
  const heat = view?.latency ?? null
  return (
    <Panel
      title="Processing latency"
      sub={subs[indicator]}
      stale={stale}
      actions={
        <>
          <Segmented
            label="Indicator"
            value={indicator}
            options={indicators}
            onChange={(next) => void setIndicator(next)}
          />
          {heat && heat.columns.length > 0 ? (
            <PanelMenu
              name={`${pipeline}-${indicator}`}
              csv={() => latencyCsv(heat)}
              image={() => map.current?.image() ?? Promise.resolve(null)}
            />
          ) : null}
        </>
      }
    >
      {body()}
    </Panel>
  )

  function body() {
    if (!view)
      return (
        <div className="panel-body">
          <SkeletonBox height={268} />
        </div>
      )
    if (!heat)
      return <Failed title="The latencies did not load" message="They are tried again by themselves." />
    if (heat.columns.length === 0)
      return (
        <Note kind="empty" title="Nothing was measured">
          {emptyWhy[indicator]} Choose a longer range, or another indicator.
        </Note>
      )
    const label = `${indicators.find(({ value }) => value === indicator)?.label ?? ''} of ${pipeline}: ${plural(heat.total?.count ?? 0, 'value')}, 99 % within ${formatDuration(heat.total?.p99 ?? 0)}. Arrow keys read it step by step.`
    return (
      <div className="panel-body">
        <LatencyMap
          heat={heat}
          from={view.from}
          to={view.to}
          label={label}
          zone={zone}
          now={now}
          handle={map}
        />
        <LatencyLegend heat={heat} />
      </div>
    )
  }
}

const latencyCsv = ({ columns, edges }: LatencyHeat): string =>
  csvRows([
    [
      'at',
      'count',
      'p50Ms',
      'p95Ms',
      'p99Ms',
      'maxMs',
      ...edges.map((edge) => `upTo${Number(edge.toPrecision(4))}Ms`),
    ],
    ...columns.map((column) => [
      new Date(column.at).toISOString(),
      column.count,
      column.p50,
      column.p95,
      column.p99,
      column.max,
      ...column.counts,
    ]),
  ])
