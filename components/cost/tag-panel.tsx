import { csvRows, plural } from '@/components/format'
import { Note, Panel, PanelMenu } from '@/components/ui'
import type { CostReport } from '@/server/api'
import { fineMoney } from './fine-money'

/** What the definitions' tags add up to: a team, a product, whatever they name. */
export function TagPanel({ report, isStale }: { report: CostReport; isStale: boolean }) {
  const { tags, prices } = report
  return (
    <Panel
      title="By tag"
      sub="a pipeline counts in each of its tags"
      stale={isStale}
      className="span-4"
      actions={<PanelMenu name="cost-by-tag" csv={() => tagsCsv(report)} />}
    >
      {tags.length === 0 ? (
        <Note kind="empty" title="No pipeline has a tag">
          A definition sets them under metadata: <span className="mono">tags: {'{ team: ops }'}</span>
        </Note>
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th>Tag</th>
              <th className="number">Spent</th>
              <th className="number">Forecast</th>
            </tr>
          </thead>
          <tbody>
            {tags.map(({ tag, value, spent, forecast, pipelines }) => (
              <tr key={`${tag} ${value}`}>
                <td className="two-lines" title={pipelines.join(', ')}>
                  {tag}: <b className="font-medium">{value}</b>
                  <span className="second">{plural(pipelines.length, 'pipeline')}</span>
                </td>
                <td className="number font-medium">{fineMoney(spent, prices.currency)}</td>
                <td className="number text-text-2">
                  {forecast === null ? 'too early' : fineMoney(forecast, prices.currency)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  )
}

function tagsCsv({ tags, prices }: CostReport): string {
  return csvRows([
    ['tag', 'value', 'spent', 'forecast', 'currency', 'pipelines'],
    ...tags.map(({ tag, value, spent, forecast, pipelines }) => [
      tag,
      value,
      spent,
      forecast,
      prices.currency,
      pipelines.join(' '),
    ]),
  ])
}
