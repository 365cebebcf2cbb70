'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { csvRows, formatBytes, formatPercent } from '@/components/format'
import { Glyph, Note, Panel, PanelMenu, QuietGlyph } from '@/components/ui'
import { keepView } from '@/components/view'
import type { CostBudget, CostLayer, CostReport, CostSum, PipelineCost } from '@/server/api'
import { fineMoney } from './fine-money'
import { BudgetBar } from './budget-bar'
import { layersShown, layerWords } from './cost-words'

/** Columns of their own; the rest of a pipeline's layers is one. */
const columns: CostLayer[] = ['batch', 'speed', 'serving', 'reconcile', 'storage']

/** Who the money is spent for: against budget with forecast, by layer, and what a terabyte costs. */
export function PipelineCosts({ report, isStale }: { report: CostReport; isStale: boolean }) {
  const { pipelines, unallocated, total, prices } = report
  const most = Math.max(
    ...pipelines.map(({ spent, forecast, budget }) =>
      Math.max(spent, forecast.amount ?? 0, budget?.isComparable ? budget.monthly : 0),
    ),
    1e-9,
  )
  const hasBudget = pipelines.some(({ budget }) => budget !== null)
  return (
    <Panel
      title="By pipeline"
      sub={hasBudget ? 'most of its budget used first' : 'dearest first; none has a budget'}
      stale={isStale}
      className="span-12"
      actions={<PanelMenu name="cost-by-pipeline" csv={() => pipelinesCsv(report)} />}
      foot={
        <>
          <ul className="legend">
            <li>
              <span className="swatch-spent" aria-hidden="true" /> spent
            </li>
            <li>
              <span className="swatch-forecast" aria-hidden="true" /> forecast
            </li>
            <li>
              <span className="swatch-budget" aria-hidden="true" /> budget
            </li>
          </ul>
          {hasBudget ? null : (
            <span>
              A definition sets one: <span className="mono">budget: {'{ monthly: 200, currency: USD }'}</span>
            </span>
          )}
        </>
      }
    >
      {pipelines.length === 0 ? (
        <Note kind="empty" title="No pipeline yet">
          What is spent is idle or shared until there is one.
        </Note>
      ) : (
        <table className="table table-cards cost-table">
          <thead>
            <tr>
              <th>Pipeline</th>
              <th>Against budget</th>
              <th className="number">Spent</th>
              <th className="number">Forecast</th>
              {columns.map((layer) => (
                <th key={layer} className="number" title={layerWords[layer].says}>
                  {layerWords[layer].name}
                </th>
              ))}
              <th className="number" title="log and shared">
                other
              </th>
              <th className="number">Per TB</th>
            </tr>
          </thead>
          <tbody>
            {pipelines.map((cost) => (
              <tr key={cost.pipeline}>
                <td className="two-lines card-wide">
                  <Name cost={cost} />
                </td>
                <td className="two-lines budget-cell card-wide">
                  <BudgetBar cost={cost} currency={prices.currency} most={most} />
                  <BudgetWords budget={cost.budget} currency={prices.currency} />
                </td>
                <Amounts sum={cost} currency={prices.currency} />
              </tr>
            ))}
            <tr className="cost-rest">
              <td className="two-lines card-wide">
                Not of one pipeline
                <span className="second">
                  idle {fineMoney(unallocated.layers.idle, prices.currency)}, watching, the console’s own work
                </span>
              </td>
              <td className="narrow-hidden" />
              <Amounts sum={unallocated} currency={prices.currency} />
            </tr>
            <tr className="cost-total">
              <td className="card-wide">All</td>
              <td className="narrow-hidden" />
              <Amounts sum={total} currency={prices.currency} />
            </tr>
          </tbody>
        </table>
      )}
    </Panel>
  )
}

function Name({ cost }: { cost: PipelineCost }) {
  const params = useSearchParams()
  const { pipeline, owner, isRemoved, anomalies } = cost
  return (
    <>
      {isRemoved ? (
        <span className="font-medium">{pipeline}</span>
      ) : (
        <Link className="font-medium" href={keepView(`/pipelines/${encodeURIComponent(pipeline)}`, params)}>
          {pipeline}
        </Link>
      )}
      {anomalies.length > 0 ? (
        <span className="ml-2 text-small text-text-2">
          <span className="text-warn" aria-hidden="true">
            ▲
          </span>{' '}
          {anomalies.length} unusual {anomalies.length === 1 ? 'hour' : 'hours'}
        </span>
      ) : null}
      <span className="second">{isRemoved ? 'not listed: removed, or our own probe' : owner}</span>
    </>
  )
}

function BudgetWords({ budget, currency }: { budget: CostBudget | null; currency: string }) {
  if (!budget) return <span className="second">no budget</span>
  if (!budget.isComparable)
    return (
      <span className="second" title={budget.says}>
        <QuietGlyph status="unknown" /> budget in {budget.currency}, prices in {currency}: not compared
      </span>
    )
  const glyph = { within: null, 'at risk': 'warn', over: 'bad', unknown: 'unknown' } as const
  const status = glyph[budget.status]
  return (
    <span className="second" title={budget.says}>
      {status ? <Glyph status={status} label={budget.status} /> : null}
      {status ? ' ' : ''}
      {budget.used === null ? '' : `${formatPercent(budget.used)} % of `}
      {fineMoney(budget.monthly, currency)}
      {budget.status === 'at risk' ? ', forecast above it' : ''}
    </span>
  )
}

function Amounts({ sum, currency }: { sum: CostSum; currency: string }) {
  const money = (amount: number) =>
    amount === 0 ? <span className="text-text-3">–</span> : fineMoney(amount, currency)
  const { layers, forecast } = sum
  return (
    <>
      <td className="number font-medium" data-label="Spent">
        {money(sum.spent)}
      </td>
      <td className="number" data-label="Forecast" title={forecast.says}>
        {forecast.amount === null ? (
          <span className="text-text-3">too early</span>
        ) : (
          <>
            {forecast.confidence === 'rough' ? <span className="text-text-3">~ </span> : null}
            {money(forecast.amount)}
          </>
        )}
      </td>
      {columns.map((layer) => (
        <td key={layer} className="number text-text-2" data-label={layerWords[layer].name}>
          {money(layers[layer])}
        </td>
      ))}
      <td className="number text-text-2" data-label="other">
        {money(layers.log + layers.shared + layers.idle)}
      </td>
      <td
        className="number"
        data-label="Per TB"
        title={sum.bytesProcessed > 0 ? `${formatBytes(sum.bytesProcessed)} processed` : undefined}
      >
        {sum.costPerTb === null ? <span className="text-text-3">–</span> : money(sum.costPerTb)}
      </td>
    </>
  )
}

function pipelinesCsv({ pipelines, unallocated, prices }: CostReport): string {
  const figures = (sum: CostSum) => [
    sum.spent,
    sum.forecast.amount,
    ...layersShown.map((layer) => sum.layers[layer]),
    sum.bytesProcessed,
    sum.bytesScanned,
    sum.bytesStored,
    sum.cpuSeconds,
    sum.costPerTb,
  ]
  return csvRows([
    [
      'pipeline',
      'owner',
      'currency',
      'budget',
      'budget_currency',
      'spent',
      'forecast',
      ...layersShown,
      'bytes_processed',
      'bytes_scanned',
      'bytes_stored',
      'cpu_seconds',
      'cost_per_tb',
    ],
    ...pipelines.map((cost) => [
      cost.pipeline,
      cost.owner,
      prices.currency,
      cost.budget?.monthly ?? null,
      cost.budget?.currency ?? null,
      ...figures(cost),
    ]),
    ['', '', prices.currency, null, null, ...figures(unallocated)],
  ])
}
