'use client'
import { Bar, BarChart, LabelList, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { useWidth } from '@/components/chart'
import { formatCompact, formatCount } from '@/components/format'
import { bandsOf, stepOf } from '@/components/heatmap'
import type { DivergenceHistogram } from '@/server/api'

interface Row {
  label: string
  range: string
  cells: number
  /** Counts span five magnitudes: the bar is as tall as their logarithm, its label says the figure. */
  height: number
  step: number
  /** Read by the chart for the bar of the row. */
  fill: string
  stroke: string
}

const chartHeight = 190
/** A bin is coloured by what lies in it, not by its edge. */
const insideBin = 0.999

export function ErrorBars({ histogram, tolerance }: { histogram: DivergenceHistogram; tolerance: number }) {
  const [box, width] = useWidth()
  const rows = rowsOf(histogram, tolerance)
  const within = rows.findLast(({ step }) => step <= 1)
  return (
    <figure
      ref={box}
      className="chart"
      style={{ height: chartHeight }}
      aria-label={`Cells by relative error: ${rows.map(({ range, cells }) => `${range} ${cells}`).join('; ')}`}
    >
      {width === null ? null : (
        <BarChart
          width={width}
          height={chartHeight}
          data={rows}
          barCategoryGap={3}
          margin={{ top: 18, right: 4, bottom: 0, left: 4 }}
          accessibilityLayer={false}
        >
          <XAxis
            dataKey="label"
            tickLine={false}
            axisLine={{ stroke: 'var(--line)' }}
            interval={width < 420 ? 2 : 0}
            height={22}
            tickMargin={5}
          />
          <YAxis hide domain={[0, (most: number) => Math.max(1, most) * 1.05]} />
          {within ? (
            <ReferenceLine
              x={within.label}
              position="end"
              stroke="var(--reference)"
              strokeDasharray="5 3"
              label={{
                value: 'tolerance',
                position: 'insideTopRight',
                offset: 6,
                fontSize: 11,
                fill: 'var(--text-3)',
              }}
            />
          ) : null}
          <Bar dataKey="height" isAnimationActive={false} radius={[2, 2, 0, 0]}>
            <LabelList
              dataKey="cells"
              position="top"
              formatter={(cells) =>
                Number(cells) > 0 ? formatCompact(Number(cells)).replace(' ', '\u00a0') : ''
              }
            />
          </Bar>
          <Tooltip isAnimationActive={false} cursor={{ fill: 'var(--hover)' }} content={<BarTip />} />
        </BarChart>
      )}
    </figure>
  )
}

function rowsOf({ bins }: DivergenceHistogram, tolerance: number): Row[] {
  const bands = bandsOf(tolerance)
  return bins.map(({ upTo, cells }, i) => {
    const before = bins[i - 1]?.upTo ?? 0
    const label = i === 0 ? '0' : upTo === null ? 'more' : percent(upTo)
    const step = i === 0 ? 0 : stepOf((upTo ?? Infinity) * insideBin, bands)
    return {
      label,
      range: i === 0 ? 'equal' : upTo === null ? `over ${percent(before)} %` : `up to ${percent(upTo)} %`,
      cells,
      height: cells === 0 ? 0 : Math.log10(cells) + 0.35,
      step,
      fill: `var(--err-${step})`,
      stroke: step === 0 ? 'var(--line-control)' : 'none',
    }
  })
}

function percent(share: number): string {
  const value = share * 100
  return value < 0.01 ? value.toExponential(0).replace('e-', 'e−') : String(Number(value.toPrecision(2)))
}

function BarTip({ active, payload }: { active?: boolean; payload?: readonly { payload?: unknown }[] }) {
  const row = payload?.[0]?.payload as Row | undefined
  if (!active || !row) return null
  return (
    <div className="chart-tip">
      <div className="font-medium">{formatCount(row.cells)} cells</div>
      <div className="text-text-2">
        {row.range === 'equal' ? 'speed and batch agree' : `relative error ${row.range}`}
      </div>
    </div>
  )
}
