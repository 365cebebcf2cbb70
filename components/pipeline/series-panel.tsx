'use client'
import { Radio } from 'lucide-react'
import { useMemo, useRef } from 'react'
import { LazySeriesChart, SeriesLegend, StateLane, drawSeries, svgImage } from '@/components/chart'
import type { SeriesMode } from '@/components/chart'
import { targetOf, useExplain } from '@/components/explain'
import { formatDuration, formatRange } from '@/components/format'
import { Button, Choice, Note, Panel, PanelMenu, Segmented, SkeletonBox } from '@/components/ui'
import {
  rangeEnds,
  useKey,
  useMeasureName,
  useNow,
  useRange,
  useSeriesMode,
  useZone,
} from '@/components/view'
import type { ApiRange } from '@/components/view'
import type { MeasureInfo, Series } from '@/server/api'
import { KeyPicker } from './key-picker'
import { describeMeasure, isAdditive } from './measure-name'
import { seriesCsv } from './series-csv'

const modes = [
  { value: 'merged', label: 'Merged' },
  { value: 'both', label: 'Both layers' },
  { value: 'difference', label: 'Difference' },
] as const satisfies { value: SeriesMode; label: string }[]

interface SeriesPanelProps {
  series: Series | null
  /** The measure the series holds; the chosen one may still be on its way. */
  seriesMeasure: string | null
  measures: MeasureInfo[]
  measure: MeasureInfo | null
  range: ApiRange
  keys: string[]
  tolerance: number
  stale: boolean
  changing: boolean
}

export function SeriesPanel({
  series,
  seriesMeasure,
  measures,
  measure,
  range,
  keys,
  tolerance,
  stale,
  changing,
}: SeriesPanelProps) {
  const [mode, setMode] = useSeriesMode()
  const [, setMeasure] = useMeasureName()
  const [key, setKey] = useKey()
  const [zone] = useZone()
  const [, setExplained] = useExplain()
  const [viewRange, setRange] = useRange()
  const body = useRef<HTMLDivElement>(null)
  const now = useNow(1_000)
  const step = series?.stepMs ?? 1_000
  // The right edge moves with the clock, but not more often than a pixel's worth.
  const end = Math.ceil(now / 1_000) * 1_000
  const drawn = measures.find((m) => m.name === seriesMeasure) ?? null
  const drawing = useMemo(() => {
    if (!series || !drawn) return null
    const ends = rangeEnds(range, Math.ceil(end / step) * step)
    return drawSeries({
      ...ends,
      points: series.points,
      stepMs: series.stepMs,
      boundary: series.boundary,
      measure: drawn.name,
      mode,
      additive: isAdditive(drawn),
      tolerance,
    })
  }, [series, drawn, range, end, step, mode, tolerance])
  const per = series ? formatDuration(series.stepMs) : ''
  const name = measure?.name ?? ''
  const controls = (
    <>
      <Segmented label="Layers" value={mode} options={modes} onChange={(next) => void setMode(next)} />
      <PanelMenu
        name={`${series?.pipeline ?? 'series'}-${name}`}
        {...(series && measure ? { csv: () => seriesCsv(series, seriesMeasure ?? measure.name) } : {})}
        image={async () => {
          const svg = body.current?.querySelector<SVGSVGElement>('svg.recharts-surface')
          return svg ? svgImage(svg) : null
        }}
      />
    </>
  )
  return (
    <Panel
      title={series ? `${name} per ${per}` : 'Series'}
      sub={measure ? `${key ?? 'all keys'}, ${describeMeasure(measure)}` : ''}
      stale={stale}
      actions={controls}
    >
      <div
        className="panel-body"
        ref={body}
        aria-busy={changing}
        style={changing ? { opacity: 0.6 } : undefined}
      >
        <div className="mb-1 flex flex-wrap items-center gap-2">
          <Choice
            label="Measure"
            value={name}
            options={measures.map((m) => ({ value: m.name, label: m.name, note: describeMeasure(m) }))}
            onChange={(next) => void setMeasure(next)}
          />
          <KeyPicker value={key} known={keys} onChange={(next) => void setKey(next)} />
          {viewRange.kind === 'custom' ? (
            <Button variant="quiet" onClick={() => void setRange(null)}>
              <Radio className="icon" aria-hidden="true" />
              Back to live
            </Button>
          ) : null}
          {notes()}
        </div>
        {chart()}
      </div>
    </Panel>
  )

  function notes() {
    if (!series || !measure) return null
    if (series.omitted.includes(measure.name))
      return (
        <span className="text-small text-warn">
          some windows have too many keys to merge: shorten the range or pick a key
        </span>
      )
    if (series.approximate.includes(measure.name))
      return <span className="text-small text-text-3">all keys together: an estimate from sketches</span>
    return null
  }

  function chart() {
    if (!drawing || !series) return <SkeletonBox height={320} />
    if (series.points.length === 0)
      return (
        <div className="min-h-[320px]">
          <Note
            kind={key ? 'filtered' : 'empty'}
            title={key ? `No event of ${key} in this range` : 'No event in this range'}
            action={
              key ? (
                <Button size="small" onClick={() => void setKey(null)}>
                  Show all keys
                </Button>
              ) : (
                <Button size="small" onClick={() => void setRange({ kind: 'preset', preset: '24h' })}>
                  Show the last 24 h
                </Button>
              )
            }
          >
            {formatRange(drawing.from, drawing.to, zone, now)} has no window with a value. That is not a zero:
            nothing was counted there.
          </Note>
        </div>
      )
    return (
      <>
        <LazySeriesChart
          drawing={drawing}
          measure={seriesMeasure ?? name}
          zone={zone}
          label={`${name} per ${per}, ${modes.find((m) => m.value === mode)?.label.toLowerCase() ?? ''}, ${formatRange(drawing.from, drawing.to, zone, now)}`}
          onExplain={(point) => void setExplained(targetOf(point, series.windowSizeMs, series.key))}
          onZoom={(from, to) => void setRange({ kind: 'custom', from: Math.floor(from), to: Math.ceil(to) })}
        />
        {mode === 'difference' ? null : <StateLane drawing={drawing} />}
        <SeriesLegend drawing={drawing} />
      </>
    )
  }
}
