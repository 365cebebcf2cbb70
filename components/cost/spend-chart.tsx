'use client'
import { useState } from 'react'
import { Axes, timeTicks, useWidth } from '@/components/chart'
import { formatInstant } from '@/components/format'
import type { Zone } from '@/components/format'
import type { CostReport } from '@/server/api'
import { fineMoney } from './fine-money'
import { layersShown, layerWords } from './cost-words'
import { spendBars, stackOf, tones, type SpendBar, type Tone } from './spend-bars'
import type { Grain } from './use-costs'

const height = 216
const left = 52
const top = 10
const axis = 20

const fills: Record<Tone, string> = {
  batch: 'var(--batch)',
  speed: 'var(--speed)',
  other: 'var(--reference)',
  idle: 'url(#idle-hatch)',
}

interface SpendChartProps {
  report: CostReport
  grain: Grain
  zone: Zone
}

/** What was spent by hour or day, by layer; what is left of the month at its forecast, dotted. */
export function SpendChart({ report, grain, zone }: SpendChartProps) {
  const [box, width] = useWidth()
  const [looked, setLooked] = useState<number | null>(null)
  const { currency } = report.prices
  const { bars, stepMs, from, to, forecast, high, yTicks } = spendBars(report, grain)
  const right = (width ?? 0) - 6
  const bottom = height - axis
  const x = (at: number) => left + ((at - from) / (to - from)) * (right - left)
  const y = (value: number) => bottom - (value / high) * (bottom - top)
  const slot = x(from + stepMs) - x(from)
  const wide = Math.max(1, slot - Math.max(1, Math.min(6, slot * 0.25)))
  const restFrom = (bars.at(-1)?.at ?? from) + stepMs
  const bar = looked === null ? null : (bars[looked] ?? null)
  const step = (by: number) => {
    setLooked((before) => Math.min(bars.length - 1, Math.max(0, (before ?? bars.length) + by)))
  }
  const says = `Spent by ${grain === 'hours' ? 'hour, last two days' : 'day of the month'}, by layer`
  return (
    <figure className="chart" aria-label={says}>
      <div
        ref={box}
        style={{ height }}
        tabIndex={0}
        role="application"
        aria-label={`${says}: arrow keys walk its bars`}
        onPointerMove={(event) => {
          const place = event.clientX - event.currentTarget.getBoundingClientRect().left
          const index = Math.floor((place - left) / slot)
          setLooked(index >= 0 && index < bars.length ? index : null)
        }}
        onPointerLeave={() => setLooked(null)}
        onBlur={() => setLooked(null)}
        onKeyDown={(event) => {
          const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
          if (by === undefined) return
          event.preventDefault()
          step(by)
        }}
      >
        {width === null ? null : (
          <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            <defs>
              <pattern
                id="idle-hatch"
                width="5"
                height="5"
                patternUnits="userSpaceOnUse"
                patternTransform="rotate(45)"
              >
                <rect width="5" height="5" fill="var(--track)" />
                <rect width="1.5" height="5" fill="var(--line-control)" opacity="0.55" />
              </pattern>
              <pattern id="forecast-dots" width="4" height="5" patternUnits="userSpaceOnUse">
                <circle cx="2" cy="2.5" r="1" fill="var(--speed)" />
              </pattern>
            </defs>
            <Axes
              x={x}
              y={y}
              yTicks={yTicks.map(({ at }) => ({ at, label: at === 0 ? '0' : fineMoney(at, currency) }))}
              ticks={timeTicks(from, to - 1, grain === 'hours' ? zone : 'utc', width < 480 ? 4 : 8)}
              left={left}
              plotRight={right}
              bottom={bottom}
            />
            {bar ? (
              <rect x={x(bar.at)} width={slot} y={top} height={bottom - top} fill="var(--hover)" />
            ) : null}
            {bars.map((one) => (
              <Stack key={one.at} bar={one} x={x(one.at) + (slot - wide) / 2} wide={wide} y={y} />
            ))}
            {forecast !== null && restFrom < to
              ? Array.from({ length: Math.round((to - restFrom) / stepMs) }, (_, i) => (
                  <rect
                    key={i}
                    x={x(restFrom + i * stepMs) + (slot - wide) / 2}
                    width={wide}
                    y={y(forecast)}
                    height={Math.max(0, bottom - y(forecast))}
                    fill="url(#forecast-dots)"
                    stroke="var(--speed)"
                    strokeWidth="0.75"
                    opacity="0.75"
                  />
                ))
              : null}
          </svg>
        )}
      </div>
      {bar ? (
        <div className="key-tip" data-side={bar.at > (from + to) / 2 ? 'left' : 'right'} role="status">
          <div className="chart-tip">
            <Tip bar={bar} grain={grain} zone={zone} currency={currency} />
          </div>
        </div>
      ) : null}
    </figure>
  )
}

function Stack({
  bar,
  x,
  wide,
  y,
}: {
  bar: SpendBar
  x: number
  wide: number
  y: (value: number) => number
}) {
  const { layers } = bar
  if (!layers) return null
  return (
    <g>
      {stackOf(layers).map(({ tone, from, to }) => (
        <rect key={tone} x={x} width={wide} y={y(to)} height={y(from) - y(to)} fill={fills[tone]} />
      ))}
      {bar.isOpen ? (
        <rect
          x={x}
          width={wide}
          y={y(bar.spent)}
          height={Math.max(0, y(0) - y(bar.spent))}
          fill="none"
          stroke="var(--speed)"
          strokeDasharray="2 2"
        />
      ) : null}
      {bar.isUnusual ? (
        <path
          d={`M${x + wide / 2} ${y(bar.spent) - 12}l5 8.5h-10z`}
          fill="var(--warn)"
          stroke="var(--surface)"
          strokeWidth="1.5"
          paintOrder="stroke"
        />
      ) : null}
    </g>
  )
}

function Tip({ bar, grain, zone, currency }: { bar: SpendBar; grain: Grain; zone: Zone; currency: string }) {
  const { layers } = bar
  const when =
    grain === 'hours' ? formatInstant(bar.at, zone, 'dayMinute') : formatInstant(bar.at, 'utc', 'date')
  return (
    <>
      <p className="mb-1 font-medium">
        {when}
        {bar.isOpen ? <span className="font-normal text-text-3"> so far</span> : null}
      </p>
      {layers ? (
        <dl>
          {layersShown
            .filter((layer) => layers[layer] > 0)
            .map((layer) => (
              <div key={layer} className="contents">
                <dt>{layerWords[layer].name}</dt>
                <dd>{fineMoney(layers[layer], currency)}</dd>
              </div>
            ))}
          <dt>in all</dt>
          <dd>{fineMoney(bar.spent, currency)}</dd>
        </dl>
      ) : (
        <p className="text-text-3">Nothing ran, so nothing was measured.</p>
      )}
      {bar.isUnusual ? <p className="mt-1 text-text-2">Unusual: see below.</p> : null}
    </>
  )
}

export function SpendLegend({ hasForecast, hasUnusual }: { hasForecast: boolean; hasUnusual: boolean }) {
  return (
    <ul className="legend">
      {tones.map((tone) => (
        <li key={tone}>
          <span className="swatch-tone" data-tone={tone} aria-hidden="true" />
          {tone}
        </li>
      ))}
      {hasForecast ? (
        <li>
          <span className="swatch-forecast" aria-hidden="true" />
          forecast
        </li>
      ) : null}
      {hasUnusual ? (
        <li>
          <span className="swatch-unusual" aria-hidden="true">
            ▲
          </span>
          unusual hour
        </li>
      ) : null}
    </ul>
  )
}
