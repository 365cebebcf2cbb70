import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { runExclusively, type Pool, type PoolClient } from '../../clients'
import { backoffMs, logger, sleep, type Stop } from '../../platform'
import { markExported, selectUnexported } from './export-store'
import { otlpSpans } from './otlp-spans'
import { selectSpans } from './trace-store'

export interface TraceExportOptions {
  pool: Pool
  /** As OTEL_EXPORTER_OTLP_ENDPOINT has it: `/v1/traces` is added. */
  endpoint: string
  everyMs?: number
  retry?: { baseMs: number; maxMs: number }
}

/** Traces in one request. */
const chunk = 50
const timeoutMs = 10_000

/**
 * Sends kept traces to an OpenTelemetry collector, at least once: what was not taken stays marked as not exported and
 * is sent again, for a day. One process at a time.
 */
export function runTraceExport(options: TraceExportOptions): Stop {
  const { pool, endpoint, everyMs = 2_000, retry = { baseMs: 1_000, maxMs: 60_000 } } = options
  const log = logger('trace export')
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: timeoutMs })
  const stop = runExclusively({
    pool,
    name: 'trace export',
    async work(client, signal) {
      let failures = 0
      while (!signal.aborted) {
        try {
          const sent = await exportSome(client, exporter)
          if (failures > 0) log.info({ failures }, 'traces are exported again')
          failures = 0
          if (sent < chunk) await sleep(everyMs, signal)
        } catch (error) {
          if (!(error instanceof NotTaken)) throw error
          failures++
          if (failures === 1)
            log.warn({ err: error.cause }, 'traces were not exported; they are kept and sent again')
          await sleep(backoffMs(retry, failures), signal)
        }
      }
    },
  })
  return async () => {
    await stop()
    await exporter.shutdown()
  }
}

/** The receiver did not take what was sent. */
class NotTaken extends Error {}

async function exportSome(client: PoolClient, exporter: OTLPTraceExporter): Promise<number> {
  const traces = await selectUnexported(client, chunk)
  if (traces.length === 0) return 0
  const spans = await selectSpans(
    client,
    traces.map(({ traceId }) => traceId),
  )
  await new Promise<void>((resolve, reject) => {
    exporter.export(otlpSpans(spans), ({ code, error }) => {
      if (code.valueOf() === 0) resolve()
      else reject(new NotTaken('the receiver did not take the spans', { cause: error }))
    })
  })
  await markExported(client, traces)
  return traces.length
}
