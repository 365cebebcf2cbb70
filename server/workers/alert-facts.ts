import { listPipelines, readBacklog, readCostFacts, type BacklogRow, type PipelineListItem } from '../control'
import type { Nats, Pool } from '../clients'
import type { Clock } from '../platform'
import type { AlertFactsSource, SpeedDiagnosis } from '../slo'

interface Deps {
  pool: Pool
  nats: Nats
  clock: Clock
}

/** What the alerts need of control, which the room that evaluates them may not import. */
export function alertFactsOf(deps: Deps): AlertFactsSource {
  return {
    async pipelines() {
      const [listed, backlog] = await Promise.all([listPipelines(deps), readBacklog(deps)])
      return listed.map((pipeline) => {
        const rows = backlog.filter((row) => row.pipeline === pipeline.name)
        return { ...speedOf(rows, pipeline), ...restOf(pipeline) }
      })
    },
    async costs() {
      const facts = await readCostFacts(deps)
      return facts.map(({ pipeline, currency, anomaly, budget, spent, forecast }) => ({
        pipeline,
        currency,
        anomaly: anomaly && { ...anomaly, share: anomaly.off },
        budget:
          budget?.isComparable === true
            ? { monthly: budget.monthly, spent, forecast: forecast.amount }
            : null,
      }))
    },
  }
}

/** The worst of its partitions stands for a pipeline; what waits is what waits in all. */
function speedOf(rows: readonly BacklogRow[], { status }: PipelineListItem) {
  const [worst] = rows
  const diagnosis: SpeedDiagnosis = worst?.diagnosis ?? 'current'
  return {
    diagnosis,
    says: worst?.says ?? '',
    oldestS: worst?.oldestS ?? 0,
    waiting: rows.length > 0 ? rows.reduce((sum, row) => sum + row.events, 0) : status.lag.events,
    catchUpAt: worst?.catchUpAt ?? null,
  }
}

const restOf = ({ name, owner, eventType, batchEveryMs, status }: PipelineListItem) => ({
  pipeline: name,
  owner,
  eventType,
  batchEveryMs,
  timeToDataLossS: status.timeToDataLossS,
  isBatchPaused: status.paused.some(({ layer }) => layer === 'batch'),
  hasEvents: status.watermark !== null,
})
