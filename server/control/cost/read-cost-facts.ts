import { readCosts, type CostsDeps } from './read-costs'
import type { CostFact } from './model'

const hourMs = 3_600_000

/** Of every pipeline, and '' for what belongs to none: what the alerts on cost look at. */
export async function readCostFacts(deps: CostsDeps): Promise<CostFact[]> {
  const report = await readCosts(deps)
  const { currency } = report.prices
  const fresh = (anomalies: CostFact['anomaly'][]) =>
    anomalies.find((anomaly) => anomaly !== null && anomaly.hour > report.at - 2 * hourMs) ?? null
  return [
    ...report.pipelines.map(({ pipeline, owner, spent, budget, forecast, anomalies }) => ({
      pipeline,
      owner: owner === '' ? null : owner,
      currency,
      spent,
      budget,
      forecast,
      anomaly: fresh(anomalies),
    })),
    {
      pipeline: '',
      owner: null,
      currency,
      spent: report.unallocated.spent,
      budget: null,
      forecast: report.unallocated.forecast,
      anomaly: fresh(report.anomalies.filter(({ pipeline }) => pipeline === '')),
    },
  ]
}
