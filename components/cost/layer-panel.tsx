import { csvRows, formatPercent } from '@/components/format'
import { Panel, PanelMenu } from '@/components/ui'
import type { CostReport } from '@/server/api'
import { fineMoney } from './fine-money'
import { layersShown, layerWords } from './cost-words'
import { toneOf } from './spend-bars'

/** Every layer by its name, idle too: amounts, and their share of the month. */
export function LayerPanel({ report, isStale }: { report: CostReport; isStale: boolean }) {
  const { total, prices } = report
  const rows = layersShown
    .map((layer) => ({ layer, amount: total.layers[layer] }))
    .sort((a, b) => Number(a.layer === 'idle') - Number(b.layer === 'idle') || b.amount - a.amount)
  const most = Math.max(...rows.map(({ amount }) => amount), 1e-12)
  return (
    <Panel
      title="By layer"
      sub="this month, share of all"
      stale={isStale}
      className="span-4"
      actions={<PanelMenu name="cost-by-layer" csv={() => layersCsv(report)} />}
      foot={`Together ${fineMoney(total.spent, prices.currency)}: ${report.cores} cores while Parallax ran, bytes scanned, bytes stored.`}
    >
      <ul className="layer-costs">
        {rows.map(({ layer, amount }) => (
          <li key={layer} title={layerWords[layer].says}>
            <span className="layer-name">{layerWords[layer].name}</span>
            <span className="bar-track" aria-hidden="true">
              <i data-tone={toneOf(layer)} style={{ width: `${(amount / most) * 100}%` }} />
            </span>
            <span className="layer-amount">{fineMoney(amount, prices.currency)}</span>
            <span className="layer-share">
              {total.spent > 0 ? `${formatPercent(amount / total.spent)} %` : '–'}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function layersCsv({ total, prices }: CostReport): string {
  return csvRows([
    ['layer', 'amount', 'currency', 'share'],
    ...layersShown.map((layer) => [
      layer,
      total.layers[layer],
      prices.currency,
      total.spent > 0 ? total.layers[layer] / total.spent : null,
    ]),
  ])
}
