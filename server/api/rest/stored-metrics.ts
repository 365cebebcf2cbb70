import { Gauge, type Registry } from 'prom-client'
import { readCosts, Recent, type Console, type CostReport } from '../../control'
import {
  readAlertBoard,
  readMetricFigures,
  readObjectives,
  type AlertBoard,
  type MetricFigures,
  type ObjectiveView,
} from '../../slo'

/**
 * Limits of what is told by name. Beyond them the worst (of objectives), or the first, are told, and how many were
 * left out is a metric too.
 */
const labelLimits = { objectives: 500, pipelines: 200 }
/** A month's bill does not change with every scrape. */
const costMaxAgeMs = 60_000

/** Law 9: what screens, alerts and the API show of objectives, alerts, cost and traces, as stored. */
export function storedMetrics(registry: Registry) {
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Gauge({ name: `parallax_${name}`, help, labelNames, registers: [registry] })
  const objective = gauge(
    'objective_attained',
    'Share attained over the window; then: as known when it happened',
    ['objective', 'pipeline', 'known'],
  )
  const target = gauge('objective_target', 'Share aimed at', ['objective', 'pipeline'])
  const budgetLeft = gauge('objective_budget_left', 'Share of the error budget left; negative: overspent', [
    'objective',
    'pipeline',
    'known',
  ])
  const burn = gauge(
    'objective_burn_rate',
    'Budget use over the long window of an alert pair; 1 uses it up exactly',
    ['objective', 'pipeline', 'window'],
  )
  const status = gauge('objective_status', '1 for the status it is in', ['objective', 'pipeline', 'status'])
  const omitted = gauge('labels_omitted', 'Things left out of these metrics by their limits', ['of'])
  const indicator = gauge(
    'indicator_value',
    'What was measured in the last five full minutes, in the unit of the indicator',
    ['pipeline', 'indicator', 'quantile'],
  )
  const indicatorCount = gauge('indicator_values', 'How many values the last five full minutes had', [
    'pipeline',
    'indicator',
  ])
  const alerts = gauge('alerts_firing', 'Alerts that fire, muted ones too', ['rule', 'severity'])
  const groups = gauge('alert_groups', 'Causes with live alerts', ['state', 'severity'])
  const watcherAge = gauge('watcher_age_seconds', 'Since alerts were last evaluated', [])
  const cost = gauge('cost_month_amount', 'Spent this month', ['layer', 'currency'])
  const costPipeline = gauge('cost_month_pipeline_amount', 'Spent this month on a pipeline', [
    'pipeline',
    'currency',
  ])
  const costForecast = gauge('cost_month_forecast_amount', 'Forecast of the month', ['currency'])
  const budgetUsed = gauge(
    'cost_budget_used_ratio',
    'Share of its monthly budget that a pipeline has spent',
    ['pipeline'],
  )
  const perTb = gauge('cost_per_tb', 'Spent this month per TB processed', ['pipeline', 'currency'])
  const kept = gauge('traces_kept', 'Traces kept in the last hour', ['reason'])
  const unexported = gauge('traces_unexported', 'Traces of the last hour that no receiver has taken', [])
  const dropped = gauge(
    'spans_dropped',
    'Spans and traces of events dropped at a limit in the last five minutes',
    [],
  )
  const all = [
    ...[objective, target, budgetLeft, burn, status, omitted, indicator, indicatorCount, alerts, groups],
    ...[watcherAge, cost, costPipeline, costForecast, budgetUsed, perTb, kept, unexported, dropped],
  ]
  let costs: Recent<CostReport> | undefined

  function setObjectives(objectives: readonly ObjectiveView[]): void {
    omitted.set({ of: 'objectives' }, Math.max(0, objectives.length - labelLimits.objectives))
    for (const view of objectives.slice(0, labelLimits.objectives)) {
      const labels = { objective: view.id, pipeline: view.pipeline ?? '' }
      target.set(labels, view.target)
      if (view.state === null) continue
      const { now, then, burns } = view.state
      status.set({ ...labels, status: view.state.status }, 1)
      for (const [known, figures] of Object.entries({ now, then })) {
        // No data is a gap in the metric, never a figure.
        if (figures.attained !== null) objective.set({ ...labels, known }, figures.attained)
        if (figures.budgetLeft !== null) budgetLeft.set({ ...labels, known }, figures.budgetLeft)
      }
      for (const { longMinutes, long } of burns)
        if (long !== null) burn.set({ ...labels, window: windowName(longMinutes) }, long)
    }
  }

  function setAlerts({ groups: live, watcher, at }: AlertBoard): void {
    for (const { alerts: own, state, severity } of live) {
      groups.inc({ state, severity })
      for (const alert of own)
        if (alert.state === 'firing') alerts.inc({ rule: alert.rule, severity: alert.severity })
    }
    // Without labels a reset gauge reads 0, which here would mean that all is well.
    if (watcher.lastEvaluatedAt === null) watcherAge.remove()
    else watcherAge.set(Math.max(0, at - watcher.lastEvaluatedAt) / 1_000)
  }

  function setCosts({ total, pipelines, prices: { currency } }: CostReport): void {
    for (const [layer, amount] of Object.entries(total.layers)) cost.set({ layer, currency }, amount)
    if (total.forecast.amount !== null) costForecast.set({ currency }, total.forecast.amount)
    omitted.set({ of: 'pipelines' }, Math.max(0, pipelines.length - labelLimits.pipelines))
    for (const { pipeline, spent, budget, costPerTb } of pipelines.slice(0, labelLimits.pipelines)) {
      costPipeline.set({ pipeline, currency }, spent)
      if (costPerTb !== null) perTb.set({ pipeline, currency }, costPerTb)
      if (budget?.used != null) budgetUsed.set({ pipeline }, budget.used)
    }
  }

  function setFigures({ measured, traces }: MetricFigures): void {
    const names = [...new Set(measured.map(({ pipeline }) => pipeline))].slice(0, labelLimits.pipelines)
    const known = new Set(names)
    for (const { pipeline, indicator: name, count, p50, p95, p99 } of measured) {
      if (!known.has(pipeline)) continue
      indicatorCount.set({ pipeline, indicator: name }, count)
      for (const [quantile, value] of Object.entries({ '0.5': p50, '0.95': p95, '0.99': p99 }))
        indicator.set({ pipeline, indicator: name, quantile }, value)
    }
    for (const reason of ['error', 'slow', 'asked', 'sampled']) kept.set({ reason }, traces.kept[reason] ?? 0)
    unexported.set(traces.unexported)
    dropped.set(traces.spansDropped)
  }

  return async function refresh(console: Console): Promise<void> {
    costs ??= new Recent<CostReport>(console.clock, costMaxAgeMs)
    const [objectives, board, report, figures] = await Promise.all([
      readObjectives(console),
      readAlertBoard(console),
      costs.get('', () => readCosts(console)),
      readMetricFigures(console),
    ])
    for (const one of all) one.reset()
    setObjectives(objectives)
    setAlerts(board)
    setCosts(report)
    setFigures(figures)
  }
}

const windowName = (minutes: number): string =>
  minutes % 1_440 === 0 ? `${minutes / 1_440}d` : minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`
