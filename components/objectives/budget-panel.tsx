'use client'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { useRef, useState } from 'react'
import { LineChart, svgImage } from '@/components/chart'
import { csvRows, formatCompact, formatNear, formatPercent } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Note, Panel, PanelMenu, Segmented } from '@/components/ui'
import type { ObjectiveDetail } from '@/server/api'
import { drawBudget, leavesSoon } from './budget-drawing'
import { indicatorWords, windowWords } from './objective-words'

const knowledges = ['then', 'now', 'both'] as const
const options = [
  { value: 'then', label: 'Then' },
  { value: 'now', label: 'Now' },
  { value: 'both', label: 'Both' },
] as const

interface BudgetPanelProps {
  detail: ObjectiveDetail
  zone: Zone
  now: number
  isStale: boolean
}

/** The budget over its window, as known now and as known then, with what would come and what was planned. */
export function BudgetPanel({ detail, zone, now, isStale }: BudgetPanelProps) {
  const [knowledge, setKnowledge] = useQueryState(
    'known',
    parseAsStringLiteral(knowledges).withDefault('both'),
  )
  const [zoom, setZoom] = useState<{ from: number; to: number } | null>(null)
  const box = useRef<HTMLDivElement>(null)
  const { view, graph } = detail
  const drawing = drawBudget({ detail, knowledge, zoom, now })
  const svg = () => box.current?.querySelector('svg')
  const hasThen = drawing.lines.some(({ look }) => look === 'provisional')
  const hasProjection = drawing.lines.some(({ look }) => look === 'projection')
  return (
    <Panel
      title="Error budget left"
      stale={isStale}
      sub={
        view.window.kind === 'rolling'
          ? `spent over the window to now, ${windowWords(view.window)}`
          : windowWords(view.window)
      }
      actions={
        <>
          {zoom ? (
            <Button size="small" onClick={() => setZoom(null)}>
              Whole window
            </Button>
          ) : null}
          <Segmented
            label="As known"
            value={knowledge}
            options={options}
            onChange={(next) => void setKnowledge(next)}
          />
          <PanelMenu
            name={`${view.id}-budget`}
            csv={() => budgetCsv(detail)}
            image={async () => {
              const drawn = svg()
              return drawn ? svgImage(drawn) : null
            }}
          />
        </>
      }
      foot={<RollingNote detail={detail} zone={zone} now={now} />}
    >
      {graph.some((point) => point.now !== null || point.then !== null) ? (
        <div ref={box} className="panel-body">
          <LineChart
            label={`Error budget left of ${view.id}`}
            from={drawing.from}
            to={drawing.to}
            low={drawing.low}
            high={drawing.high}
            yTicks={drawing.yTicks}
            lines={drawing.lines}
            zone={zone}
            height={252}
            marks={drawing.marks}
            spans={drawing.corrected}
            {...(drawing.boundary === null
              ? {}
              : { boundary: { at: drawing.boundary, left: 'now', right: 'if it goes on' } })}
            onZoom={(from, to) => setZoom({ from, to })}
            tip={(at) => <BudgetTip detail={detail} at={at} zone={zone} now={now} />}
          />
          <ul className="legend mt-2 ml-11">
            <LegendLine name="as known now" stroke="var(--batch)" />
            {hasThen ? <LegendLine name="as known then" stroke="var(--speed)" dash="0 4.5" /> : null}
            {hasProjection ? <LegendLine name="at the 1 h burn" stroke="var(--bad)" dash="5 3" /> : null}
            {drawing.marks.length > 0 ? (
              <li>
                <svg width="8" height="8" aria-hidden="true">
                  <path d="M4 7.5l-3.6-6.5h7.2z" fill="var(--text-2)" />
                </svg>
                incident
              </li>
            ) : null}
            {drawing.corrected.length > 0 ? (
              <li>
                <svg width="16" height="10" aria-hidden="true">
                  <rect width="16" height="10" fill="var(--hatch)" opacity="0.3" />
                </svg>
                budget correction
              </li>
            ) : null}
          </ul>
        </div>
      ) : (
        <Note kind="empty" title="No data in this window">
          Nothing was counted for this objective yet. That is not the same as a full budget: nothing is known.
        </Note>
      )}
    </Panel>
  )
}

function LegendLine({ name, stroke, dash }: { name: string; stroke: string; dash?: string }) {
  return (
    <li>
      <svg width="22" height="10" aria-hidden="true">
        <path d="M2 5h20" stroke={stroke} strokeWidth="1.9" strokeLinecap="round" strokeDasharray={dash} />
      </svg>
      {name}
    </li>
  )
}

/** A rolling window also gives back what leaves it: said, so that a rising line surprises nobody. */
function RollingNote({ detail, zone, now }: { detail: ObjectiveDetail; zone: Zone; now: number }) {
  const { view } = detail
  const leaving = leavesSoon(detail)
  const counted = view.sli ? indicatorWords[view.sli.indicator].counted : 'values'
  if (view.window.kind !== 'rolling') return <span>The budget starts anew with each calendar window.</span>
  if (!leaving)
    return (
      <span>A rolling window gives back what leaves it; this one is not full yet, so nothing leaves it.</span>
    )
  if (leaving.bad === 0)
    return (
      <span>
        Within a day {formatNear(leaving.day, zone, now)} leaves the window: it has nothing bad, so nothing
        comes back.
      </span>
    )
  return (
    <span>
      Within a day {formatCompact(leaving.bad)} bad {counted} of {formatNear(leaving.day, zone, now)} leave
      the window: <b className="font-medium text-text-1">+{formatPercent(leaving.share)} %</b> of the budget
      comes back.
    </span>
  )
}

interface BudgetTipProps {
  detail: ObjectiveDetail
  at: number
  zone: Zone
  now: number
}

function BudgetTip({ detail, at, zone, now }: BudgetTipProps) {
  const point = detail.graph.find((one) => one.at === at)
  if (!point) return null
  const share = (left: number | null) => (left === null ? 'no data' : `${formatPercent(left)} %`)
  return (
    <>
      <div className="mb-1 font-medium">{formatNear(at, zone, now)}</div>
      <dl>
        <dt>Left, known now</dt>
        <dd>{share(point.now)}</dd>
        <dt>known then</dt>
        <dd className="font-normal!">{share(point.then)}</dd>
        <dt>Bad</dt>
        <dd className="font-normal!">
          {formatCompact(point.total - point.good)} of {formatCompact(point.total)}
        </dd>
      </dl>
      {point.corrected ? <div className="mt-1 text-text-3">budget correction in force</div> : null}
    </>
  )
}

const budgetCsv = ({ graph }: ObjectiveDetail): string =>
  csvRows([
    ['at', 'left_now', 'left_then', 'good', 'total', 'corrected'],
    ...graph.map(({ at, now, then, good, total, corrected }) => [
      new Date(at).toISOString(),
      now,
      then,
      good,
      total,
      corrected ? 'yes' : 'no',
    ]),
  ])
