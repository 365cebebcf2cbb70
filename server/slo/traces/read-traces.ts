import type { Pool } from '../../clients'
import { AppError, traceIdOf } from '../../platform'
import type { TraceDetail, TracesFilter, TraceSummary } from './model'
import { spanView, stageList, summariseTrace, waterfall } from './summarise-trace'
import { selectKept, selectSpans, selectTraces, spansLimit, type TraceRow } from './trace-store'

/** Traces that were kept, newest (or slowest) first. */
export async function readTraces(
  { pool }: { pool: Pool },
  filter: TracesFilter = {},
): Promise<TraceSummary[]> {
  return (await selectTraces(pool, filter)).map(summaryOf)
}

/** All attempts of a job are one trace. */
export const jobTraceId = (jobId: string): string => traceIdOf('job', jobId)

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A trace with its spans, also while it is still open; by its own id, or of a job by the job's. */
export async function readTrace({ pool }: { pool: Pool }, id: string): Promise<TraceDetail> {
  const traceId = uuid.test(id) ? jobTraceId(id) : id
  if (!/^[0-9a-f]{32}$/.test(traceId))
    throw new AppError(
      'bad_request',
      'Reading the trace failed: its id is neither 32 lower-case hex digits nor the id of a job.',
    )
  const [rows, kept] = await Promise.all([selectSpans(pool, [traceId]), selectKept(pool, traceId)])
  const shape = summariseTrace(rows)
  if (shape === null)
    throw new AppError(
      'not_found',
      `Reading the trace failed: there is none with the id ${traceId}. Traces that neither failed nor were slow or asked for are dropped after half a minute, the others after a week.`,
    )
  const { startUs, durationUs, stages, ...rest } = shape
  return {
    traceId,
    ...rest,
    at: startUs / 1_000,
    durationMs: durationUs / 1_000,
    kept,
    stages: stageList(stages),
    spans: waterfall(rows).map((placed) => spanView(placed, startUs)),
    isCut: rows.length >= spansLimit,
  }
}

const summaryOf = ({ startUs, durationUs, stages, ...rest }: TraceRow): TraceSummary => ({
  ...rest,
  at: startUs / 1_000,
  durationMs: durationUs / 1_000,
  stages: stageList(stages),
})
