import { formatCompact, formatCount, formatRange, formatShare, formatSigned } from '@/components/format'
import type { Zone } from '@/components/format'
import { Note, Panel } from '@/components/ui'
import type { ObjectiveDetail } from '@/server/api'
import { budgetFigure, indicatorWords } from './objective-words'

const shown = 4

interface RestatedPanelProps {
  detail: ObjectiveDetail
  zone: Zone
  now: number
}

/** What batch found later, and what it made of the figures: then beside now. */
export function RestatedPanel({ detail, zone, now }: RestatedPanelProps) {
  const { restated, view } = detail
  const { state } = view
  const counted = view.sli ? indicatorWords[view.sli.indicator].counted : 'values'
  const minutes = restated.reduce((sum, one) => sum + one.minutes, 0)
  return (
    <Panel
      title="Restated"
      sub={restated.length === 0 ? 'batch changed nothing we knew' : 'batch changed what we knew'}
      foot="Alerts fired on what was known then. Reports use what is known now."
    >
      {restated.length === 0 || !state ? (
        <Note kind="done" title="Then and now are the same">
          No minute of this window was scored again.
        </Note>
      ) : (
        <>
          <ul className="panel-body flex flex-col gap-2 text-text-2">
            {restated.slice(0, shown).map((one) => (
              <li key={`${one.at} ${one.from}`}>
                {formatRange(one.from, one.to, zone, now)}: {one.reason}.{' '}
                <b className="font-medium text-text-1">{formatCount(one.minutes)} min</b> scored again.
              </li>
            ))}
            {restated.length > shown ? (
              <li className="text-text-3">
                and {restated.length - shown} more, {formatCount(minutes)} min in all
              </li>
            ) : null}
          </ul>
          <table className="table">
            <thead>
              <tr>
                <th />
                <th className="number">Then</th>
                <th className="number">Now</th>
                <th className="number">Change</th>
              </tr>
            </thead>
            <tbody>
              <Row
                name="Attained"
                then={state.then.attained}
                now={state.now.attained}
                format={(n) => `${formatShare(n)} %`}
                points
              />
              <Row
                name="Budget left"
                then={state.then.budgetLeft}
                now={state.now.budgetLeft}
                format={(n) => `${budgetFigure(n).value} ${budgetFigure(n).unit}`}
                points
              />
              <Row
                name={`Bad ${counted}`}
                then={state.then.total - state.then.good}
                now={state.now.total - state.now.good}
                format={formatCompact}
              />
              <Row name="Counted" then={state.then.total} now={state.now.total} format={formatCompact} />
            </tbody>
          </table>
        </>
      )}
    </Panel>
  )
}

interface RowProps {
  name: string
  then: number | null
  now: number | null
  format: (n: number) => string
  /** The change is in percentage points. */
  points?: boolean
}

function Row({ name, then, now, format, points = false }: RowProps) {
  const change = then === null || now === null ? null : now - then
  return (
    <tr>
      <td>{name}</td>
      <td className="number text-text-2">{then === null ? 'no data' : format(then)}</td>
      <td className="number font-medium">{now === null ? 'no data' : format(now)}</td>
      <td className="number">
        {change === null
          ? '–'
          : formatSigned(
              points ? Number((change * 100).toFixed(3)) : change,
              points ? String : formatCompact,
            ).replace('-', '−')}
      </td>
    </tr>
  )
}
