import { formatBytes, formatPercent } from '@/components/format'
import { QuietGlyph, StripFigure, StripSkeleton } from '@/components/ui'
import type { CostBudget, CostForecast, CostReport } from '@/server/api'
import { fineMoney } from './fine-money'

const labels = ['Spent', 'Forecast', 'Budgets', 'Idle', 'Cost per TB', 'Stored']

/** The month in six figures. */
export function CostStrip({ report, isStale }: { report: CostReport | null; isStale: boolean }) {
  if (!report) return <StripSkeleton labels={labels} />
  const { total, budget, prices, pipelines, at, to } = report
  const money = (amount: number) => fineMoney(amount, prices.currency)
  const { idle } = total.layers
  return (
    <dl className="strip">
      <StripFigure label={at < to ? 'Spent this month' : 'Spent'} note={spentNote(report)}>
        {money(total.spent)}
      </StripFigure>
      <StripFigure label="Forecast for the month" note={forecastNote(total.forecast, money)} isWide>
        {total.forecast.amount === null ? (
          <span className="font-normal text-text-3">too early</span>
        ) : (
          <>
            {total.forecast.confidence === 'rough' ? <span className="text-text-3">about</span> : null}
            {money(total.forecast.amount)}
          </>
        )}
      </StripFigure>
      <StripFigure
        label="Budgets"
        note={
          budget
            ? `${money(budget.monthly)} for ${pipelines.filter((one) => one.budget?.isComparable).length} of ${pipelines.length} pipelines`
            : 'no pipeline has one in these prices'
        }
        isWide
      >
        <BudgetFigure budget={budget} isStale={isStale} />
      </StripFigure>
      <StripFigure label="Idle" note={`${report.cores} cores are paid for`}>
        {total.spent > 0 ? (
          <>
            {formatPercent(idle / total.spent)}
            <span className="unit">%</span>
          </>
        ) : (
          <span className="font-normal text-text-3">none</span>
        )}
      </StripFigure>
      <StripFigure
        label="Cost per TB"
        note={
          total.bytesProcessed > 0 ? `${formatBytes(total.bytesProcessed)} processed` : 'of events processed'
        }
      >
        {total.costPerTb === null ? (
          <span className="font-normal text-text-3">nothing yet</span>
        ) : (
          money(total.costPerTb)
        )}
      </StripFigure>
      <StripFigure label="Stored" note={`${money(total.layers.storage)} this month`}>
        {formatBytes(total.bytesStored)}
      </StripFigure>
    </dl>
  )
}

function BudgetFigure({ budget, isStale }: { budget: CostBudget | null; isStale: boolean }) {
  if (!budget) return <span className="font-normal text-text-3">none</span>
  const status = { within: 'ok', 'at risk': 'warn', over: 'bad', unknown: 'unknown' } as const
  return (
    <>
      <QuietGlyph status={isStale ? 'unknown' : status[budget.status]} />
      {budget.used === null ? budget.status : formatPercent(budget.used)}
      {budget.used === null ? null : <span className="unit">% used</span>}
    </>
  )
}

function spentNote({ total, pipelines }: CostReport): string {
  const own = pipelines.reduce((sum, { spent }) => sum + spent, 0)
  return total.spent > 0 ? `${formatPercent(own / total.spent)} % by pipelines` : 'nothing has been used'
}

function forecastNote(forecast: CostForecast, money: (amount: number) => string): string {
  if (forecast.low !== null && forecast.high !== null && forecast.high > forecast.low)
    return `${money(forecast.low)} to ${money(forecast.high)}, from days like the last`
  return forecast.says
}
