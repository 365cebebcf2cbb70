'use client'
import { useMemo } from 'react'
import { Area, CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts'
import type { Zone } from '@/components/format'
import type { SeriesPoint } from '@/server/api'
import { Backdrop } from './backdrop'
import { DifferenceBars } from './difference-bars'
import { KeyCursor } from './key-cursor'
import { lonelyDot } from './lonely-dot'
import { Overlay } from './overlay'
import { plotLeft, plotRight } from './plot-frame'
import type { SeriesDrawing } from './series-drawing'
import { SeriesTip } from './series-tip'
import { timeTicks, valueTicks } from './ticks'
import { useDragZoom } from './use-drag-zoom'
import { useKeyCursor } from './use-key-cursor'
import { useWidth } from './use-width'

interface SeriesChartProps {
  drawing: SeriesDrawing
  measure: string
  zone: Zone
  /** What the chart shows, in a sentence. */
  label: string
  height?: number
  onZoom: (from: number, to: number) => void
  /** A point is to be explained: clicked, or Enter on the one the arrow keys have reached. */
  onExplain?: ((point: SeriesPoint) => void) | undefined
}

const dotted = {
  stroke: 'var(--speed)',
  strokeWidth: 2.4,
  strokeDasharray: '0 4.5',
  strokeLinecap: 'round' as const,
}
const still = { isAnimationActive: false, activeDot: false, connectNulls: false, type: 'linear' as const }

/** Batch solid, speed dotted, the boundary between them: the grammar of every series. */
export function SeriesChart(props: SeriesChartProps) {
  const { drawing, measure, zone, label, height = 270, onZoom, onExplain } = props
  const [box, width] = useWidth()
  const { rows, from, to, low, high, hasArea, mode } = drawing
  const keys = useKeyCursor(rows, onExplain)
  const drag = useDragZoom(onZoom, (at) => {
    const point = rows.find((row) => row.t === at)?.point
    if (point) onExplain?.(point)
  })
  const yTicks = useMemo(() => valueTicks(low, high), [low, high])
  const xTicks = useMemo(
    () => timeTicks(from, to, zone, width !== null && width < 420 ? 4 : 8),
    [from, to, zone, width],
  )
  const axisLine = { stroke: 'var(--line)' }
  return (
    <figure className="chart select-none" aria-label={label}>
      <div
        ref={box}
        style={{ height }}
        {...(onExplain
          ? {
              tabIndex: 0,
              role: 'application',
              'aria-label': 'Points of the chart: arrow keys walk them, Enter explains one',
              onKeyDown: keys.onKeyDown,
              onBlur: keys.clear,
              onMouseMove: keys.current ? keys.clear : undefined,
            }
          : {})}
      >
        {width === null ? null : (
          <ComposedChart
            width={width}
            height={height}
            data={rows}
            margin={{ top: 30, right: plotRight, bottom: 0, left: 0 }}
            accessibilityLayer={!onExplain}
            {...drag.handlers}
          >
            <CartesianGrid vertical={false} stroke="var(--grid)" />
            <XAxis
              dataKey="t"
              type="number"
              domain={[from, to]}
              allowDataOverflow
              ticks={xTicks.map((tick) => tick.at)}
              tickFormatter={(at: number) => xTicks.find((tick) => tick.at === at)?.label ?? ''}
              tickLine={false}
              axisLine={axisLine}
              interval={0}
              height={22}
              tickMargin={5}
            />
            <YAxis
              width={plotLeft}
              domain={[yTicks[0]?.at ?? 0, yTicks.at(-1)?.at ?? 1]}
              ticks={yTicks.map((tick) => tick.at)}
              tickFormatter={(at: number) => yTicks.find((tick) => tick.at === at)?.label ?? ''}
              tickLine={false}
              axisLine={false}
              interval={0}
              tickMargin={5}
              allowDataOverflow
            />
            <Backdrop drawing={drawing} />
            <DifferenceBars drawing={drawing} />
            <Overlay drawing={drawing} zone={zone} dragging={drag.span} />
            {hasArea ? (
              <Area
                {...still}
                dataKey="batch"
                stroke="none"
                fill="var(--batch-fill)"
                fillOpacity={1}
                dot={false}
              />
            ) : null}
            <Line {...still} dataKey="speed" {...dotted} dot={lonelyDot(rows, 'speed')} />
            <Line {...still} dataKey="partial" {...dotted} dot={lonelyDot(rows, 'partial')} />
            <Line
              {...still}
              dataKey="batch"
              stroke="var(--batch)"
              strokeWidth={1.75}
              strokeLinejoin="round"
              dot={lonelyDot(rows, 'batch')}
            />
            {mode === 'difference' ? (
              <Line {...still} dataKey="difference" stroke="none" dot={false} />
            ) : null}
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: 'var(--line-control)', strokeWidth: 1 }}
              content={
                <SeriesTip
                  measure={measure}
                  zone={zone}
                  now={to}
                  hint={onExplain ? 'Click: explain' : undefined}
                />
              }
            />
            {keys.current ? <KeyCursor at={keys.current.t} /> : null}
          </ComposedChart>
        )}
      </div>
      {keys.current ? (
        <div
          className="key-tip"
          data-side={keys.current.t > (from + to) / 2 ? 'left' : 'right'}
          role="status"
        >
          <SeriesTip
            active
            payload={[{ payload: keys.current }]}
            measure={measure}
            zone={zone}
            now={to}
            hint="Enter: explain"
          />
        </div>
      ) : null}
    </figure>
  )
}
