import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestServices, type TestServices } from '../../clients/testing'
import { newTraceContext, spanIdOf, type SpanRecord } from '../../platform'
import { budgetOf } from './decide-trace'
import { runTraceExport } from './export-traces'
import { readTraces } from './read-traces'
import { sampleTraces } from './run-sampler'
import { insertSpans } from './span-store'

let services: TestServices
beforeEach(async () => {
  services = await startTestServices()
})
afterEach(() => services.stop())

interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  status: { code: number; message?: string }
  attributes: { key: string; value: Record<string, unknown> }[]
}

interface Received {
  path: string
  contentType: string
  body: {
    resourceSpans: {
      resource: { attributes: { key: string; value: { stringValue?: string } }[] }
      scopeSpans: { scope: { name: string }; spans: OtlpSpan[] }[]
    }[]
  }
}

/** A collector's HTTP door; answers with `status`. */
async function receiver(port = 0, status: () => number = () => 200) {
  const received: Received[] = []
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const code = status()
      if (code === 200)
        received.push({
          path: request.url ?? '',
          contentType: request.headers['content-type'] ?? '',
          body: JSON.parse(Buffer.concat(parts).toString()) as Received['body'],
        })
      response.writeHead(code, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    received,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const startUs = 1_764_000_000_000_123

function eventTrace(failed = false): SpanRecord[] {
  const { traceId, spanId: producer } = newTraceContext()
  const stages = ['gateway', 'log', 'speed', 'commit']
  let parentId = producer
  return stages.map((stage, i) => {
    const spanId = spanIdOf(traceId, stage)
    const span: SpanRecord = {
      traceId,
      spanId,
      parentId,
      name: stage,
      stage,
      startUs: startUs + i * 1_000,
      durationUs: 1_500,
      status: failed && stage === 'commit' ? 'error' : 'ok',
      asked: true,
      attributes: { pipeline: 'sales', seq: 7, ...(failed && stage === 'commit' && { error: 'no room' }) },
    }
    parentId = spanId
    return span
  })
}

/** Written, and decided on as if it had been quiet long enough. */
async function keep(...traces: SpanRecord[][]): Promise<void> {
  for (const spans of traces) await insertSpans(services.pool, spans, 'speed@host-1:42')
  const client = await services.pool.connect()
  await sampleTraces(client, { after: 0, quietS: 0, budget: budgetOf(60) })
  client.release()
}

const spansOf = (received: readonly Received[]) =>
  received.flatMap(({ body }) =>
    body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  )

const exported = async () => {
  const { rows } = await services.pool.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM trace WHERE exported',
  )
  return rows[0]?.n
}

const retry = { baseMs: 50, maxMs: 200 }
const patience = { timeout: 30_000 }

describe('the export of traces', () => {
  it('sends what was kept as OTLP over HTTP: ids, parents, instants and errors as recorded', async () => {
    const collector = await receiver()
    const spans = eventTrace(true)
    await keep(spans)
    const endpoint = `http://127.0.0.1:${collector.port}/`
    const stop = runTraceExport({ pool: services.pool, endpoint, everyMs: 50, retry })
    await expect.poll(exported, patience).toBe(1)
    await stop()
    await collector.close()
    const [request] = collector.received
    expect(request).toMatchObject({ path: '/v1/traces', contentType: 'application/json' })
    const resource = Object.fromEntries(
      (request?.body.resourceSpans[0]?.resource.attributes ?? []).map(({ key, value }) => [key, value]),
    )
    expect(resource['service.name']).toEqual({ stringValue: 'parallax-speed' })
    const sent = spansOf(collector.received)
    expect(sent).toHaveLength(4)
    for (const span of spans) {
      const found = sent.find(({ spanId }) => spanId === span.spanId)
      expect(found).toMatchObject({ traceId: span.traceId, parentSpanId: span.parentId, name: span.name })
      expect(found?.traceId).toMatch(/^[0-9a-f]{32}$/)
      expect(found?.spanId).toMatch(/^[0-9a-f]{16}$/)
      expect(BigInt(found?.startTimeUnixNano ?? 0)).toBe(BigInt(span.startUs) * 1_000n)
      expect(BigInt(found?.endTimeUnixNano ?? 0)).toBe(BigInt(span.startUs + span.durationUs) * 1_000n)
    }
    expect(sent.find(({ name }) => name === 'commit')?.status).toEqual({ code: 2, message: 'no room' })
    // Kinds of the OTLP schema: server, producer, consumer, internal.
    expect(sent.map(({ kind }) => kind).sort()).toEqual([1, 2, 4, 5])
  })

  it('loses nothing while the receiver is down or answers with an error, and sends it once it is back', async () => {
    const first = await receiver()
    const { port } = first
    await first.close()
    const before = [eventTrace(), eventTrace()]
    await keep(...before)
    const endpoint = `http://127.0.0.1:${port}`
    const stop = runTraceExport({ pool: services.pool, endpoint, everyMs: 50, retry })
    let isWell = false
    let refused = 0
    const back = await receiver(port, () => {
      if (isWell) return 200
      refused++
      return 500
    })
    await expect.poll(() => refused, patience).toBeGreaterThan(1)
    const during = eventTrace()
    await keep(during)
    expect(await exported()).toBe(0)
    isWell = true
    await expect.poll(exported, patience).toBe(3)
    await stop()
    await back.close()
    const ids = new Set(spansOf(back.received).map(({ traceId, spanId }) => `${traceId} ${spanId}`))
    for (const span of [...before, during].flat()) expect(ids).toContain(`${span.traceId} ${span.spanId}`)
  })
})

describe('what is stored', () => {
  it('is the same once a span is written again', async () => {
    const spans = eventTrace()
    await keep(spans)
    await keep(spans.map((span) => ({ ...span, durationUs: 9 })))
    const [trace] = await readTraces(services)
    expect(trace).toMatchObject({ spans: 4, durationMs: 4.5, kept: 'asked', pipeline: 'sales' })
  })

  it('of a trace that goes on after it was kept is told whole', async () => {
    const spans = eventTrace()
    await keep(spans.slice(0, 2))
    await keep(spans.slice(2))
    expect(await readTraces(services)).toMatchObject([{ spans: 4, durationMs: 4.5 }])
  })
})
