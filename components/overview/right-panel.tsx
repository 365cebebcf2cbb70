import { LineChart } from '@/components/chart'
import type { ChartLine, Tick } from '@/components/chart'
import {
  csvRows,
  formatCount,
  formatDuration,
  formatInstant,
  formatPercent,
  formatShare,
} from '@/components/format'
import type { Zone } from '@/components/format'
import { Mark } from '@/components/ui'
import type { Overview, RightOverview } from '@/server/api'
import { rightStatement } from './sentences'
import { Fours, Proof, StatementPanel } from './statement-panel'

interface RightPanelProps {
  overview: Overview
  zone: Zone
  isStale: boolean
}

/** Are the numbers right: what batch later confirmed, and why it corrected the rest. */
export function RightPanel({ overview, zone, isStale }: RightPanelProps) {
  const { right } = overview
  const isByDay = right.stepMs >= 86_400_000
  const last = right.line.at(-1)
  return (
    <StatementPanel
      title="Right"
      evidence="Overall correctness, the objective"
      statement={rightStatement(overview)}
      isStale={isStale}
      csv={() =>
        csvRows([
          ['from', 'confirmed', 'compared', 'share', 'open'],
          ...right.line.map(({ at, good, total, share, isOpen }) => [
            new Date(at).toISOString(),
            good,
            total,
            share,
            isOpen ? 'yes' : 'no',
          ]),
        ])
      }
    >
      <Proof
        title="Confirmed by batch"
        sub={
          isByDay
            ? 'per day; today is not closed'
            : `by ${formatDuration(right.stepMs)}; the last ones are open`
        }
      >
        {last ? (
          <LineChart
            label="Share of served values that batch confirmed"
            from={right.line[0]?.at ?? 0}
            to={last.at + right.stepMs}
            zone={isByDay ? 'utc' : zone}
            height={196}
            {...confirmedScale(right)}
            lines={confirmedLines(right)}
            {...(right.overall
              ? {
                  target: {
                    value: right.overall.target,
                    label: `target ${formatShare(right.overall.target)} %`,
                  },
                }
              : {})}
            tip={(at) => <PointTip right={right} at={at} zone={isByDay ? 'utc' : zone} />}
          />
        ) : null}
      </Proof>
      <Proof title="Why values were corrected" sub="share of corrections, 30 d" isLast>
        <Fours figures={causeFigures(right)} />
      </Proof>
    </StatementPanel>
  )
}

const middle = (at: number, stepMs: number) => at + stepMs / 2

/** What is closed is solid; what may still change is dotted, from the last closed point on. */
function confirmedLines({ line, stepMs }: RightOverview): ChartLine[] {
  const firstOpen = line.findIndex(({ isOpen }) => isOpen)
  const closed = firstOpen === -1 ? line : line.slice(0, firstOpen)
  const joint = closed.findLast(({ share }) => share !== null)
  const open = firstOpen === -1 ? [] : line.slice(firstOpen).filter(({ share }) => share !== null)
  const points = (part: typeof line) =>
    part.map(({ at, share }) => ({ at: middle(at, stepMs), value: share }))
  const end = open.at(-1)?.share ?? joint?.share
  const text = end == null ? null : { end: { text: `${formatShare(end)} %`, below: end > 0.9995 } }
  return [
    { points: points(closed), look: 'settled', ...(open.length === 0 ? text : null) },
    ...(open.length === 0
      ? []
      : [{ points: points(joint ? [joint, ...open] : open), look: 'provisional' as const, ...text }]),
  ]
}

function confirmedScale({ line, overall }: RightOverview): { low: number; high: number; yTicks: Tick[] } {
  const target = overall?.target ?? 0.999
  const shares = line.flatMap(({ share }) => (share === null ? [] : [share]))
  const missing = Math.max(2 * (1 - target), 1.15 * (1 - Math.min(1, ...shares)))
  const steps = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]
  const reach = steps.find((step) => step >= missing) ?? 1
  const at = [1 - reach, 1 - reach / 2, 1]
  return {
    low: 1 - reach,
    high: 1,
    yTicks: at.map((share) => ({ at: share, label: `${Number((share * 100).toFixed(3))} %` })),
  }
}

function PointTip({ right, at, zone }: { right: RightOverview; at: number; zone: Zone }) {
  const point = right.line.find((one) => middle(one.at, right.stepMs) === at)
  if (point?.share == null) return null
  return (
    <>
      <div className="mb-1 font-medium">
        {formatInstant(point.at, zone, right.stepMs >= 86_400_000 ? 'day' : 'dayMinute')}
      </div>
      <dl>
        <dt>Confirmed</dt>
        <dd>{formatShare(point.share)} %</dd>
        <dt>Compared</dt>
        <dd className="font-normal!">{formatCount(point.total)}</dd>
      </dl>
      {point.isOpen ? <div className="mt-1 text-text-3">not all compared yet</div> : null}
    </>
  )
}

function causeFigures({ corrections }: RightOverview) {
  const total = corrections.byCause.reduce((sum, { values }) => sum + values, 0)
  if (total === 0)
    return [{ key: 'none', label: 'corrections', value: <span className="text-text-3">none</span> }]
  const first = corrections.byCause.slice(0, corrections.byCause.length > 4 ? 3 : 4)
  const rest = total - first.reduce((sum, { values }) => sum + values, 0)
  return [
    ...first.map(({ cause, values }) => ({
      key: cause,
      label: (
        <>
          <Mark cause={cause} hidden /> {cause === 'approximation' ? 'approx.' : cause}
        </>
      ),
      value: <Percent share={values / total} />,
    })),
    ...(rest > 0 ? [{ key: 'other', label: 'other', value: <Percent share={rest / total} /> }] : []),
  ]
}

function Percent({ share }: { share: number }) {
  return (
    <>
      {share >= 0.1 || share === 0 ? Math.round(share * 100) : formatPercent(share)}
      <span className="unit">%</span>
    </>
  )
}
