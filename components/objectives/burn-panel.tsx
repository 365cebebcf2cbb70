import { formatCompact, formatDuration } from '@/components/format'
import { Glyph, Panel } from '@/components/ui'
import type { BurnFigure, ObjectiveView } from '@/server/api'
import { burnText, indicatorWords } from './objective-words'

/** The pairs of windows that alerts are made of; both must burn faster than the threshold. */
export function BurnPanel({ view }: { view: ObjectiveView }) {
  const counted = view.sli ? indicatorWords[view.sli.indicator].counted : 'values'
  return (
    <Panel title="Burn rate" sub="both windows must exceed the threshold to fire">
      <table className="table table-cards">
        <thead>
          <tr>
            <th>Severity</th>
            <th className="number">Long window</th>
            <th className="number">Burn</th>
            <th className="number">Short window</th>
            <th className="number">Burn</th>
            <th className="number">Threshold</th>
            <th className="number">Budget gone in</th>
            <th>State</th>
          </tr>
        </thead>
        <tbody>
          {(view.state?.burns ?? []).map((burn) => (
            <tr key={burn.pair}>
              <td className="font-medium capitalize" data-label="Severity">
                {burn.severity}
              </td>
              <td className="number text-text-2" data-label="Long window">
                {formatDuration(burn.longMinutes * 60_000)}
              </td>
              <td className="number font-medium" data-label="Burn">
                <Rate rate={burn.long} />
              </td>
              <td className="number text-text-2" data-label="Short window">
                {formatDuration(burn.shortMinutes * 60_000)}
              </td>
              <td className="number font-medium" data-label="Burn">
                <Rate rate={burn.short} />
              </td>
              <td className="number text-text-3" data-label="Threshold">
                {burnText(burn.threshold)}
              </td>
              <td className="number" data-label="Budget gone in">
                {burn.exhaustedInS === null ? (
                  <span className="text-text-3">–</span>
                ) : (
                  formatDuration(burn.exhaustedInS * 1_000)
                )}
              </td>
              <td className="card-wide" data-label="State">
                <BurnState burn={burn} counted={counted} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {view.state ? null : (
        <p className="panel-body text-text-3">Not evaluated yet; it is within ten seconds.</p>
      )}
    </Panel>
  )
}

const Rate = ({ rate }: { rate: number | null }) =>
  rate === null ? <span className="font-normal text-text-3">no data</span> : <>{burnText(rate)}</>

function BurnState({ burn, counted }: { burn: BurnFigure; counted: string }) {
  const { isFiring, isLowTraffic, long, severity, total } = burn
  const [status, word] = isFiring
    ? ([severity === 'page' ? 'bad' : 'warn', 'firing'] as const)
    : long === null
      ? (['unknown', 'no data'] as const)
      : isLowTraffic
        ? (['unknown', `low traffic: ${formatCompact(total)} ${counted}`] as const)
        : (['ok', 'quiet'] as const)
  return (
    <span className="inline-flex items-center gap-1.5">
      <Glyph status={status} label={word} />
      <span className={isFiring ? '' : 'text-text-2'}>{word}</span>
    </span>
  )
}
