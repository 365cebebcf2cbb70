import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { csvRows, formatMoney, formatPercent, plural } from '@/components/format'
import { Glyph } from '@/components/ui'
import { keepView } from '@/components/view'
import type { CostOverview, Overview } from '@/server/api'
import { costStatement } from './sentences'
import { Fours, Proof, StatementPanel } from './statement-panel'

interface CostPanelProps {
  overview: Overview
  isStale: boolean
}

/** What it costs: each pipeline against its budget with its forecast, and the month by layer. */
export function CostPanel({ overview, isStale }: CostPanelProps) {
  const { cost } = overview
  const params = useSearchParams()
  return (
    <StatementPanel
      title="Cost"
      evidence="What was spent this month, the costs"
      statement={costStatement(overview)}
      isStale={isStale}
      csv={() => costCsv(cost)}
    >
      <Proof title="Spent and forecast against budget" sub="this month, forecast at right">
        {cost && cost.pipelines.length > 0 ? (
          <>
            <Bullets cost={cost} />
            <ul className="legend mt-2">
              <li>
                <span className="swatch-spent" aria-hidden="true" /> spent
              </li>
              <li>
                <span className="swatch-forecast" aria-hidden="true" /> forecast
              </li>
              <li>
                <span className="swatch-budget" aria-hidden="true" /> budget
              </li>
              {cost.pipelinesTotal > cost.pipelines.length ? (
                <li className="ml-auto">
                  <Link className="link" href={keepView('/cost', params)}>
                    {plural(cost.pipelinesTotal - cost.pipelines.length, 'more pipeline')}
                  </Link>
                </li>
              ) : null}
            </ul>
          </>
        ) : (
          <p className="text-small text-text-3">
            {cost ? 'No pipeline has used anything this month.' : 'Nothing has been priced yet.'}
          </p>
        )}
      </Proof>
      <Proof title="What a month costs" sub="by layer, share of what was spent" isLast>
        <Fours figures={layerFigures(cost)} />
      </Proof>
    </StatementPanel>
  )
}

function Bullets({ cost }: { cost: CostOverview }) {
  const params = useSearchParams()
  const { pipelines, currency } = cost
  const budgetOf = (i: number) => {
    const budget = pipelines[i]?.budget
    return budget?.isComparable ? budget.monthly : 0
  }
  const most = Math.max(
    ...pipelines.map(({ spent, forecast }, i) => Math.max(spent, forecast.amount ?? 0, budgetOf(i))),
    1e-9,
  )
  const share = (amount: number) => Math.min(100, (amount / most) * 100)
  return (
    <div className="bullets">
      {pipelines.map(({ pipeline, spent, forecast, budget }, i) => {
        const isOver = budget?.status === 'over' || budget?.status === 'at risk'
        const amount = forecast.amount ?? spent
        const says = `${pipeline}: ${formatMoney(spent, currency)} spent${
          forecast.amount === null ? '' : `, ${formatMoney(forecast.amount, currency)} forecast`
        }${budget?.isComparable ? `, budget ${formatMoney(budget.monthly, currency)}` : ', no budget'}`
        return (
          <div key={pipeline} className="bullet-row">
            <Link
              className="lanes-name"
              href={keepView(`/pipelines/${encodeURIComponent(pipeline)}`, params)}
            >
              {pipeline}
            </Link>
            <span className="bullet-track" role="img" aria-label={says} title={says}>
              <i className="bullet-spent" style={{ width: `${share(spent)}%` }} />
              {forecast.amount !== null && forecast.amount > spent ? (
                <i
                  className="bullet-forecast"
                  style={{ left: `${share(spent)}%`, width: `${share(forecast.amount) - share(spent)}%` }}
                />
              ) : null}
              {budget?.isComparable ? (
                <i className="bullet-budget" style={{ left: `${share(budgetOf(i))}%` }} />
              ) : null}
            </span>
            <span className={isOver ? 'lanes-value font-medium' : 'lanes-value text-text-2'}>
              {isOver ? (
                <Glyph status={budget.status === 'over' ? 'bad' : 'warn'} label={budget.says} />
              ) : null}{' '}
              {formatMoney(amount, currency)}
            </span>
          </div>
        )
      })}
    </div>
  )
}

/** The dearest layers, then idle by its name, then the rest. */
function layerFigures(cost: CostOverview | null) {
  if (!cost || cost.total.spent <= 0)
    return [{ key: 'none', label: 'all layers', value: <span className="text-text-3">nothing yet</span> }]
  const { idle, ...layers } = cost.total.layers
  const sorted = Object.entries(layers).sort(([, a], [, b]) => b - a)
  const first = sorted.slice(0, 3)
  const rest = sorted.slice(3).reduce((sum, [, amount]) => sum + amount, 0)
  return [...first, ['idle', idle] as const, ['other', rest] as const].map(([layer, amount]) => ({
    key: layer,
    label: layer,
    value: (
      <span title={formatMoney(amount, cost.currency)}>
        {formatPercent(amount / cost.total.spent).replace(/\.\d+$/, (tail) =>
          amount / cost.total.spent >= 0.1 ? '' : tail,
        )}
        <span className="unit">%</span>
      </span>
    ),
  }))
}

function costCsv(cost: CostOverview | null): string {
  return csvRows([
    ['pipeline', 'owner', 'spent', 'forecast', 'budget', 'currency'],
    ...(cost?.pipelines ?? []).map(({ pipeline, owner, spent, forecast, budget }) => [
      pipeline,
      owner,
      spent,
      forecast.amount,
      budget?.isComparable ? budget.monthly : null,
      cost?.currency,
    ]),
  ])
}
