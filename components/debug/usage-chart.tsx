'use client'
import { timeTicks, useWidth } from '@/components/chart'
import { formatDuration, formatPercent } from '@/components/format'
import type { Zone } from '@/components/format'
import { SkeletonBox } from '@/components/ui'
import type { ResourceUse } from '@/server/api'

const height = 176
const top = 16
const bottom = 20
const left = 44

/** The layers have their own hue; what serves them all is grey. */
const inks: Record<string, string> = {
  batch: 'var(--batch)',
  speed: 'var(--speed)',
  reconcile: 'color-mix(in oklch, var(--batch) 55%, var(--surface))',
  serving: 'var(--text-3)',
  log: 'var(--line-control)',
  shared: 'var(--line)',
}
export const layerInk = (layer: string): string => inks[layer] ?? 'var(--line)'

interface UsageChartProps {
  usage: ResourceUse
  from: number
  to: number
  zone: Zone
}

/** CPU of each layer as a share of the cores, step by step; crowded stretches are shaded. */
export function UsageChart({ usage, from, to, zone }: UsageChartProps) {
  const [box, width] = useWidth()
  const { steps, stepMs, layers, cores, contention } = usage
  const start = Math.floor(from / stepMs) * stepMs
  const full = cores * stepMs
  const most = Math.max(1, ...steps.map(({ cpuMs }) => sumOf(cpuMs) / full))
  const plot = Math.max(60, (width ?? 600) - left - 8)
  const x = (at: number) => left + ((at - start) / (to - start)) * plot
  const y = (share: number) => height - bottom - (share / most) * (height - top - bottom)
  const bar = Math.max(1, (stepMs / (to - start)) * plot - 1)
  const peak = Math.max(0, ...steps.map(({ cpuMs }) => sumOf(cpuMs) / full))
  return (
    <div ref={box} className="chart" style={{ minHeight: height }}>
      {width === null ? (
        <SkeletonBox height={height} />
      ) : (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`CPU by layer, at most ${formatPercent(peak)} % of ${cores} cores; crowded in ${contention.length} stretches`}
        >
          {contention.map((stretch) => (
            <rect
              key={stretch.from}
              x={x(Math.max(stretch.from, start))}
              width={Math.max(2, x(stretch.to) - x(Math.max(stretch.from, start)))}
              y={top}
              height={height - top - bottom}
              fill="var(--bad)"
              opacity="0.08"
            />
          ))}
          {[0, 0.5, 1].map((share) => (
            <g key={share}>
              <line
                x1={left}
                x2={left + plot}
                y1={y(share)}
                y2={y(share)}
                stroke={share === 1 ? 'var(--reference)' : 'var(--grid)'}
                {...(share === 1 ? { strokeDasharray: '5 3' } : {})}
              />
              <text x={left - 6} y={y(share) + 4} textAnchor="end">
                {share * 100} %
              </text>
            </g>
          ))}
          <text x={left + 6} y={y(1) - 5}>
            {cores} cores
          </text>
          {steps.map(({ at, cpuMs }) => {
            let below = 0
            return (
              <g key={at}>
                <title>
                  {layers
                    .filter((layer) => (cpuMs[layer] ?? 0) > 0)
                    .map((layer) => `${layer} ${formatDuration(cpuMs[layer] ?? 0)}`)
                    .join(', ')}
                </title>
                {layers.map((layer) => {
                  const share = (cpuMs[layer] ?? 0) / full
                  const rect = (
                    <rect
                      key={layer}
                      x={x(Math.max(at, start))}
                      width={bar}
                      y={y(below + share)}
                      height={Math.max(0, y(below) - y(below + share))}
                      fill={layerInk(layer)}
                    />
                  )
                  below += share
                  return rect
                })}
              </g>
            )
          })}
          {timeTicks(start, to, zone, Math.max(2, Math.floor(plot / 90))).map(({ at, label }) => (
            <text key={at} x={x(at)} y={height - 4} textAnchor="middle">
              {label}
            </text>
          ))}
        </svg>
      )}
      <ul className="legend">
        {layers.map((layer) => (
          <li key={layer}>
            <i className="layer-swatch" style={{ background: layerInk(layer) }} />
            {layer}
          </li>
        ))}
      </ul>
    </div>
  )
}

const sumOf = (cpuMs: Record<string, number>): number => Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0)
