import type { PipelineCost } from '@/server/api'
import { fineMoney } from './fine-money'

interface BudgetBarProps {
  cost: Pick<PipelineCost, 'pipeline' | 'spent' | 'forecast' | 'budget'>
  currency: string
  /** The amount at the right end. */
  most: number
}

/** Spent solid, forecast dotted up to its end, budget a line. */
export function BudgetBar({ cost: { pipeline, spent, forecast, budget }, currency, most }: BudgetBarProps) {
  const share = (amount: number) => Math.min(100, (amount / most) * 100)
  const limit = budget?.isComparable ? budget.monthly : null
  const says = [
    `${pipeline}: ${fineMoney(spent, currency)} spent`,
    forecast.amount === null ? 'no forecast yet' : `${fineMoney(forecast.amount, currency)} forecast`,
    limit === null ? 'no budget' : `budget ${fineMoney(limit, currency)}`,
  ].join(', ')
  return (
    <span className="bullet-track" role="img" aria-label={says} title={says}>
      <i className="bullet-spent" style={{ width: `${share(spent)}%` }} />
      {forecast.amount !== null && forecast.amount > spent ? (
        <i
          className="bullet-forecast"
          style={{ left: `${share(spent)}%`, width: `${share(forecast.amount) - share(spent)}%` }}
        />
      ) : null}
      {limit === null ? null : <i className="bullet-budget" style={{ left: `${share(limit)}%` }} />}
    </span>
  )
}
