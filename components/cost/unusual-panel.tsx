import { csvRows, formatInstant, formatPercent } from '@/components/format'
import type { Zone } from '@/components/format'
import { Note, Panel, PanelMenu } from '@/components/ui'
import type { CostAnomaly, CostReport } from '@/server/api'
import { fineMoney } from './fine-money'
import { layerWords } from './cost-words'

const shown = 8

/** Hours off the same hour of earlier days by both keys. */
export function UnusualPanel({
  report,
  zone,
  isStale,
}: {
  report: CostReport
  zone: Zone
  isStale: boolean
}) {
  const { anomalies, prices } = report
  return (
    <Panel
      title="Unusual hours"
      sub={
        anomalies.length > shown
          ? `last ${shown} of ${anomalies.length}`
          : 'against the same hour of earlier days'
      }
      stale={isStale}
      className="span-8"
      actions={<PanelMenu name="cost-unusual-hours" csv={() => unusualCsv(report)} />}
      foot="Unusual: three standard deviations and more than 25 % off, with at least seven days to compare with."
    >
      {anomalies.length === 0 ? (
        <Note kind="done" title="No unusual hour this month">
          Each hour is compared with the same hour of earlier days, once there are seven of them.
        </Note>
      ) : (
        <table className="table table-cards">
          <thead>
            <tr>
              <th>Hour</th>
              <th>Pipeline</th>
              <th>Mostly</th>
              <th className="number">Cost</th>
              <th className="number">Usually</th>
              <th className="number">Off by</th>
            </tr>
          </thead>
          <tbody>
            {anomalies.slice(0, shown).map((anomaly) => (
              <tr key={`${anomaly.hour} ${anomaly.pipeline}`} title={anomaly.says}>
                <td className="card-wide">
                  {formatInstant(anomaly.hour, zone, 'dayMinute')}
                  {anomaly.isOpen ? <span className="text-text-3"> going on</span> : null}
                </td>
                <td data-label="Pipeline">{anomaly.pipeline === '' ? 'not of one' : anomaly.pipeline}</td>
                <td data-label="Mostly" className="text-text-2">
                  {layerWords[anomaly.layer].name}
                </td>
                <td data-label="Cost" className="number font-medium">
                  {fineMoney(anomaly.amount, prices.currency)}
                </td>
                <td data-label="Usually" className="number text-text-2">
                  {fineMoney(anomaly.usual, prices.currency)}
                </td>
                <td data-label="Off by" className="number">
                  {offText(anomaly)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  )
}

function offText({ off, direction }: CostAnomaly): string {
  const sign = direction === 'above' ? '+' : '−'
  return off === null ? 'usually nothing' : `${sign}${formatPercent(Math.abs(off))} %`
}

function unusualCsv({ anomalies, prices }: CostReport): string {
  return csvRows([
    ['hour', 'pipeline', 'layer', 'amount', 'usual', 'currency', 'z', 'off', 'days'],
    ...anomalies.map((one) => [
      new Date(one.hour).toISOString(),
      one.pipeline,
      one.layer,
      one.amount,
      one.usual,
      prices.currency,
      one.z,
      one.off,
      one.points,
    ]),
  ])
}
