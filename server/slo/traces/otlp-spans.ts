import { SpanKind, SpanStatusCode, TraceFlags, type Attributes, type HrTime } from '@opentelemetry/api'
import type { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import type { SpanRow } from './trace-store'

type OtlpSpan = Parameters<OTLPTraceExporter['export']>[0][number]
type Resource = OtlpSpan['resource']

const kinds: Record<string, SpanKind> = {
  gateway: SpanKind.SERVER,
  read: SpanKind.SERVER,
  write: SpanKind.SERVER,
  log: SpanKind.PRODUCER,
  speed: SpanKind.CONSUMER,
}

/** Spans as the OTLP exporter takes them: one resource a process, times to the microsecond. */
export function otlpSpans(rows: readonly SpanRow[]): OtlpSpan[] {
  const resources = new Map<string, Resource>()
  return rows.map((row) => {
    const resource = resources.get(row.process) ?? resourceOf(row.process)
    resources.set(row.process, resource)
    return otlpSpan(row, resource)
  })
}

function otlpSpan(row: SpanRow, resource: Resource): OtlpSpan {
  const { traceId, spanId, parentId, name, stage, pipeline, startUs, durationUs, status } = row
  const { error, ...attributes } = row.attributes
  const context = (id: string) => ({ traceId, spanId: id, traceFlags: TraceFlags.SAMPLED })
  return {
    name,
    kind: kinds[stage] ?? SpanKind.INTERNAL,
    spanContext: () => context(spanId),
    ...(parentId !== null && { parentSpanContext: context(parentId) }),
    startTime: hrTime(startUs),
    endTime: hrTime(startUs + durationUs),
    duration: hrTime(durationUs),
    status:
      status === 'ok'
        ? { code: SpanStatusCode.UNSET }
        : { code: SpanStatusCode.ERROR, ...(typeof error === 'string' && { message: error }) },
    attributes: {
      'parallax.stage': stage,
      ...(pipeline !== null && { 'parallax.pipeline': pipeline }),
      ...prefixed(attributes),
    },
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: 'parallax' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

function prefixed(attributes: Record<string, unknown>): Attributes {
  const given: Attributes = {}
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      given[`parallax.${name}`] = value
  return given
}

const hrTime = (us: number): HrTime => [Math.floor(us / 1_000_000), (us % 1_000_000) * 1_000]

/** `process` reads role@host:pid. */
function resourceOf(process: string): Resource {
  const [, role = process, host = '', pid = ''] = /^(.*)@(.*):(\d+)$/.exec(process) ?? []
  const attributes: Attributes = {
    'service.namespace': 'parallax',
    'service.name': `parallax-${role}`,
    'service.instance.id': process,
    ...(host !== '' && { 'host.name': host, 'process.pid': Number(pid) }),
  }
  const resource: Resource = {
    attributes,
    merge: (other) => other ?? resource,
    getRawAttributes: () => Object.entries(attributes),
  }
  return resource
}
