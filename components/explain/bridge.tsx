import { formatMeasure, formatNear, formatPercent, measureNumber } from '@/components/format'
import type { Zone } from '@/components/format'
import { Mark } from '@/components/ui'
import type { CellComparison, CellExplanation, MeasureInfo } from '@/server/api'
import { signedText } from './explain-words'
import { bridgeOf } from './waterfall'

interface BridgeProps {
  cell: CellExplanation
  measure: MeasureInfo
  zone: Zone
  now: number
}

/** The causes, from what batch found to what speed had served at the same cut; they add up to the difference. */
export function Bridge({ cell, measure, zone, now }: BridgeProps) {
  const [newest] = cell.comparisons
  if (newest === undefined)
    return (
      <p className="drawer-section text-text-2">
        {cell.version === null
          ? 'Batch has not counted this window yet: the figure is the speed layer’s alone.'
          : 'No comparison of this window is kept, so its difference is not known by cause.'}
      </p>
    )
  const differed = cell.comparisons.find((item) => item.measures.some((m) => m.measure === measure.name))
  if (differed === undefined)
    return (
      <p className="drawer-section text-text-2">
        At the cut of v{newest.version}, {formatNear(newest.at, zone, now)}, batch found exactly what was
        served.
      </p>
    )
  return (
    <>
      <Steps comparison={differed} measure={measure} cell={cell} />
      {differed === newest ? null : (
        <p className="drawer-section pt-0! text-text-2">
          Compared again at the cut of v{newest.version}, {formatNear(newest.at, zone, now)}: equal.
        </p>
      )}
    </>
  )
}

function Steps({
  comparison,
  measure,
  cell,
}: {
  comparison: CellComparison
  measure: MeasureInfo
  cell: CellExplanation
}) {
  const row = comparison.measures.find((item) => item.measure === measure.name)
  if (row === undefined) return null
  const { steps, none } = bridgeOf(row)
  const beyond = row.relative > cell.tolerance
  return (
    <section className="drawer-section" aria-label="From batch to speed">
      <div className="bridge">
        <BatchLine />
        <span>
          Batch found <span className="text-text-3">{versionWord(comparison)}</span>
        </span>
        <b className="bridge-total">{row.batch === null ? 'no value' : formatMeasure(row.batch)}</b>
        {steps.map(({ cause, amount, events, left, width }) => (
          <BridgeStep key={cause} cause={cause} amount={amount} events={events} left={left} width={width} />
        ))}
        {none.length > 0 ? (
          <>
            <span />
            <span className="text-small text-text-3">{none.join(', ')}</span>
            <span className="text-right text-text-3">0</span>
          </>
        ) : null}
        <span className="bridge-rule" />
        <SpeedLine />
        <span>
          Served <span className="text-text-3">at the same cut</span>
        </span>
        <b className="bridge-total">{row.speed === null ? 'no value' : formatMeasure(row.speed)}</b>
      </div>
      <p className="mt-1 text-small text-text-2">
        {signedText(row.difference)},{' '}
        <b className={`font-medium ${beyond ? 'text-bad' : ''}`}>{relativeText(row)}</b>
        {beyond ? ', beyond the tolerance' : ', within the tolerance'} of {formatPercent(cell.tolerance)} %.
        The causes add up to the difference.
        {row.state === 'in_flight' ? ' Lateness still held the window open at that cut.' : ''}
        {row.state === 'partial' ? ' A hole in the log touches the window.' : ''}
      </p>
    </section>
  )
}

type StepProps = ReturnType<typeof bridgeOf>['steps'][number]

function BridgeStep({ cause, amount, events, left, width }: StepProps) {
  return (
    <>
      <Mark cause={cause} hidden />
      <span className="flex items-center gap-2" title={events === null ? undefined : `${events} events`}>
        <span className="w-[84px] flex-none">{cause}</span>
        <span className="bridge-track">
          <i style={{ left: `${left * 100}%`, width: `max(${width * 100}%, 2px)` }} />
        </span>
      </span>
      <span className="text-right">{signedText(amount)}</span>
    </>
  )
}

function relativeText({ relative, difference }: { relative: number; difference: string }): string {
  const share = (measureNumber(difference) ?? 0) < 0 ? -relative : relative
  return `${share > 0 ? '+' : ''}${formatPercent(share)} %`
}

function versionWord({ version, versionState }: CellComparison): string {
  return versionState === 'published' ? `v${version}` : `v${version}, ${versionState}`
}

export const BatchLine = () => (
  <svg width="16" height="10" aria-hidden="true">
    <path d="M0 5h16" stroke="var(--batch)" strokeWidth="1.75" />
  </svg>
)
export const SpeedLine = () => (
  <svg width="16" height="10" aria-hidden="true">
    <path d="M2 5h20" stroke="var(--speed)" strokeWidth="2.4" strokeDasharray="0 4.5" strokeLinecap="round" />
  </svg>
)
