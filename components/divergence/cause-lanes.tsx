'use client'
import { Bar, BarChart, Tooltip, XAxis, YAxis } from 'recharts'
import { timeTicks, useWidth } from '@/components/chart'
import { formatCount, formatMeasure, formatRange, measureNumber, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { causes, Mark } from '@/components/ui'
import type { Cause } from '@/components/ui'
import type { CauseBreakdown } from '@/server/api'

interface CauseLanesProps {
  breakdown: CauseBreakdown
  measure: string
  zone: Zone
  onCause: (cause: Cause) => void
}

interface Row {
  at: number
  cells: number
  /** Of a few cells and of hundreds both are to be seen: the bar is as tall as the root. */
  height: number
  amount: string | number | null
}

const laneHeight = 30
const axisHeight = 22

/** One small chart a cause: the mark and the word tell them apart, not a colour; height is to one scale. */
export function CauseLanes({ breakdown, measure, zone, onCause }: CauseLanesProps) {
  const [box, width] = useWidth()
  const { from, to, stepMs, buckets } = breakdown
  const starts = Array.from(
    { length: Math.max(1, Math.round((to - from) / stepMs)) },
    (_, i) => from + i * stepMs,
  )
  const shown = causes.filter((cause) => buckets.some((bucket) => bucket.cause === cause && bucket.cells > 0))
  const rowsOf = (cause: Cause): Row[] => {
    const byStart = new Map(buckets.filter((b) => b.cause === cause).map((b) => [b.at, b]))
    return starts.map((at) => {
      const { cells = 0, amount = null } = byStart.get(at) ?? {}
      return { at, cells, height: Math.sqrt(cells), amount }
    })
  }
  const most = Math.sqrt(Math.max(1, ...buckets.map(({ cells }) => cells)))
  const ticks = timeTicks(from, to, zone, width !== null && width < 420 ? 4 : 6)
  return (
    <div className="grid grid-cols-[auto_minmax(0,1fr)_auto] gap-x-3">
      {shown.map((cause, i) => {
        const rows = rowsOf(cause)
        const isLast = i === shown.length - 1
        return (
          <div key={cause} className="contents">
            <button
              type="button"
              className="flex h-[30px] items-center gap-1.5 self-start text-small hover:underline"
              title={`Show ${cause} alone`}
              onClick={() => onCause(cause)}
            >
              <Mark cause={cause} hidden />
              {cause}
            </button>
            <figure
              ref={i === 0 ? box : undefined}
              className="chart"
              style={{ height: laneHeight + (isLast ? axisHeight : 0) }}
              aria-label={`${cause}: ${plural(sum(rows), 'cell')} over time`}
            >
              {width === null ? null : (
                <BarChart
                  width={width}
                  height={laneHeight + (isLast ? axisHeight : 0)}
                  data={rows}
                  syncId="divergence-causes"
                  barCategoryGap={1}
                  margin={{ top: 4, right: 0, bottom: 0, left: 0 }}
                  accessibilityLayer={false}
                >
                  <XAxis
                    dataKey="at"
                    type="number"
                    domain={[from, to]}
                    ticks={ticks.map(({ at }) => at)}
                    tickFormatter={(at: number) => ticks.find((tick) => tick.at === at)?.label ?? ''}
                    tickLine={false}
                    axisLine={{ stroke: 'var(--line)' }}
                    tick={isLast}
                    interval={0}
                    height={isLast ? axisHeight : 1}
                    tickMargin={5}
                    padding={{ left: 0, right: 0 }}
                    allowDataOverflow
                  />
                  <YAxis hide domain={[0, most]} />
                  <Bar
                    dataKey="height"
                    fill="var(--text-2)"
                    isAnimationActive={false}
                    radius={[1, 1, 0, 0]}
                    barSize={Math.max(2, width / starts.length - 1)}
                    minPointSize={(value) => (Number(value) > 0 ? 2 : 0)}
                  />
                  <Tooltip
                    isAnimationActive={false}
                    cursor={{ fill: 'var(--hover)' }}
                    content={<LaneTip cause={cause} measure={measure} stepMs={stepMs} zone={zone} now={to} />}
                    allowEscapeViewBox={{ x: false, y: true }}
                    wrapperStyle={{ zIndex: 10 }}
                  />
                </BarChart>
              )}
            </figure>
            <span className="flex h-[30px] items-center justify-end self-start font-medium">
              {formatCount(sum(rows))}
            </span>
          </div>
        )
      })}
    </div>
  )
}

const sum = (rows: Row[]): number => rows.reduce((n, { cells }) => n + cells, 0)

interface LaneTipProps {
  cause: Cause
  measure: string
  stepMs: number
  zone: Zone
  now: number
  active?: boolean
  payload?: readonly { payload?: unknown }[]
}

function LaneTip({ cause, measure, stepMs, zone, now, active, payload }: LaneTipProps) {
  const row = payload?.[0]?.payload as Row | undefined
  if (!active || !row || row.cells === 0) return null
  const amount = measureNumber(row.amount)
  return (
    <div className="chart-tip">
      <div className="mb-1 font-medium">{formatRange(row.at, row.at + stepMs, zone, now)}</div>
      <div>
        <Mark cause={cause} hidden /> {cause}: {plural(row.cells, 'cell')}
      </div>
      {amount === null || amount === 0 ? null : (
        <div className="text-text-2">
          {amount > 0 ? '+' : ''}
          {formatMeasure(row.amount)} {measure}
        </div>
      )}
    </div>
  )
}
