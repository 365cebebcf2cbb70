import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createToken } from '../auth'
import { inTransaction } from '../clients'
import { addSales, sale, saleType, startWorld, type World } from '../control/testing-layers'
import { newTraceContext, sleep, traceIdOf, type Stop } from '../platform'
import { openSpanWriter, runTraceSampler, type TraceDetail, type TraceSpan } from '../slo'
import { appRouter } from './trpc/router'
import { handleV1 } from './rest/v1'

let world: World
let token: string
const stops: Stop[] = []

beforeAll(async () => {
  world = await startWorld()
  const { console, services } = world
  const { pool } = services
  stops.push(openSpanWriter({ pool, role: 'test' }))
  const created = await inTransaction(pool, (client) =>
    createToken(client, console.clock, {
      name: 'all',
      scopes: ['read', 'events:write'],
      expiresAt: null,
      createdBy: 'test',
    }),
  )
  token = created.secret
  await addSales(world, 'sales')
  await world.startSpeed()
  await world.startBatch()
})
afterAll(async () => {
  for (const stop of stops) await stop()
  await world[Symbol.asyncDispose]()
})

async function call(
  method: string,
  path: string,
  init: { body?: string; headers?: Record<string, string> } = {},
) {
  const request = new Request(`http://localhost:3000/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...init.headers },
    ...(init.body !== undefined && { body: init.body }),
  })
  const response = await handleV1(request, () => Promise.resolve(world.console))
  return { status: response.status, body: (await response.json()) as TraceDetail }
}

const structured = { 'content-type': 'application/cloudevents+json' }
const newTraceparent = (asked = true) => {
  const { traceId, spanId } = newTraceContext()
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${asked ? '01' : '00'}` }
}

/** The trace, once it has spans of all these stages. */
async function traced(traceId: string, ...stages: string[]): Promise<TraceDetail> {
  let last: unknown
  for (let i = 0; i < 600; i++) {
    const { status, body } = await call('GET', `/traces/${traceId}`)
    last = body
    if (status === 200 && stages.every((stage) => body.spans.some((span) => span.stage === stage)))
      return body
    await sleep(50)
  }
  throw new Error(`trace ${traceId} lacks a span: ${JSON.stringify(last)}`)
}

const spanOf = ({ spans }: TraceDetail, stage: string): TraceSpan => {
  const span = spans.find((one) => one.stage === stage)
  if (!span) throw new Error(`no span of ${stage}`)
  return span
}

/** Each stage hangs below the one before and begins no earlier. The log stamps whole milliseconds. */
function expectChain(trace: TraceDetail, stages: string[], parentId: string) {
  let parent = parentId
  let start = -Infinity
  for (const stage of stages) {
    const span = spanOf(trace, stage)
    expect(span.parentId, stage).toBe(parent)
    expect(span.startMs, stage).toBeGreaterThanOrEqual(start - 1)
    expect(span.status).toBe('ok')
    parent = span.spanId
    start = span.startMs
  }
  const order = trace.spans.map(({ stage }) => stage).filter((stage) => stages.includes(stage))
  expect(order).toEqual(stages)
}

let sent = 0
const saleAt = (change: object = {}) => ({ ...sale('till-1', ++sent, Date.now()), ...change })

describe('an event that carries a traceparent', () => {
  it('posted to the gateway, is found with its way through log, speed and commit to a viewer', async () => {
    const leaving = new AbortController()
    const caller = appRouter.createCaller(
      {
        console: world.console,
        principal: { kind: 'user', id: '1', name: 'ada', role: 'viewer', scopes: ['read'], via: 'cookie' },
        request: { headers: new Headers(), isSecure: false, address: 'test' },
        resHeaders: new Headers(),
      },
      { signal: leaving.signal },
    )
    const range = { from: Date.now() - 600_000, to: Date.now() + 600_000 }
    const feed = await caller.live.pipeline({ name: 'sales', range: { ...range }, maxPoints: 600 })
    const messages = feed[Symbol.asyncIterator]()
    await messages.next()
    const { traceId, spanId, traceparent } = newTraceparent()
    const { status } = await call('POST', '/events', {
      body: JSON.stringify(saleAt({ traceparent })),
      headers: structured,
    })
    expect(status).toBe(202)
    const trace = await traced(traceId, 'gateway', 'log', 'speed', 'commit', 'view')
    leaving.abort()
    await messages.return?.()
    expectChain(trace, ['gateway', 'log', 'speed', 'commit', 'view'], spanId)
    expect(spanOf(trace, 'commit')).toMatchObject({ name: 'commit', pipeline: 'sales' })
    expect(trace).toMatchObject({ status: 'ok', pipeline: 'sales' })
    const total = trace.stages.reduce((sum, { ms }) => sum + ms, 0)
    expect(total).toBeCloseTo(trace.durationMs, 1)
  })

  it('published straight to NATS, is found too, its place in the log told by the log itself', async () => {
    const { traceId, spanId, traceparent } = newTraceparent()
    const { js } = world.services.nats
    await js.publish(`events.${saleType}`, JSON.stringify(saleAt({ traceparent })))
    const trace = await traced(traceId, 'log', 'speed', 'commit')
    expectChain(trace, ['log', 'speed', 'commit'], spanId)
    expect(spanOf(trace, 'log').attributes).toMatchObject({ direct: true })
  })

  it('only by the header of its request, goes on with the request, and a read with the same header belongs to it', async () => {
    const { traceId, spanId, traceparent } = newTraceparent()
    const headers = { ...structured, traceparent }
    await call('POST', '/events', { body: JSON.stringify(saleAt()), headers })
    await call('GET', '/pipelines/sales/values', { headers: { traceparent } })
    const trace = await traced(traceId, 'gateway', 'commit', 'read')
    const request = trace.spans.find(({ name }) => name === 'POST /events')
    const ingest = trace.spans.find(({ name }) => name === 'ingest')
    expect(request?.parentId).toBe(spanId)
    expect(ingest?.parentId).toBe(request?.spanId)
    expect(spanOf(trace, 'read')).toMatchObject({
      name: 'GET /pipelines/{name}/values',
      parentId: spanId,
      pipeline: 'sales',
    })
  })

  it('sent again, is one way through the layers and a duplicate at the gateway', async () => {
    const { traceId, traceparent } = newTraceparent()
    const body = JSON.stringify(saleAt({ traceparent }))
    await call('POST', '/events', { body, headers: structured })
    await call('POST', '/events', { body, headers: structured })
    const trace = await traced(traceId, 'commit')
    expect(trace.spans.filter(({ stage }) => stage === 'commit')).toHaveLength(1)
    expect(trace.spans.filter(({ attributes }) => attributes.duplicate === true)).toHaveLength(1)
  })

  it('that cannot be folded, ends its trace as an error that says why', async () => {
    const { traceId, traceparent } = newTraceparent(false)
    const { js } = world.services.nats
    await js.publish(`events.${saleType}`, JSON.stringify(saleAt({ traceparent, time: 'yesterday' })))
    const trace = await traced(traceId, 'speed')
    expect(trace.status).toBe('error')
    expect(trace.says).toMatch(/RFC 3339/)
  })
})

describe('a run', () => {
  it('is a trace with its stages, found by its job', async () => {
    await world.post([saleAt()])
    const window = 600_000
    const to = Math.floor(Date.now() / window) * window
    const old = Array.from({ length: 5 }, (_, i) => sale('till-2', 10_000 + i, to - window / 2 + i))
    await world.post(old)
    const jobId = await world.carryOut({ kind: 'reconcile', pipeline: 'sales', from: to - window, to })
    expect((await world.finished(jobId)).status).toBe('succeeded')
    const { rows } = await world.services.pool.query<{ id: string; kind: string }>(
      `SELECT id, kind FROM job WHERE pipeline = 'sales' ORDER BY created_at`,
    )
    const names = new Set<string>()
    for (const { id, kind } of rows) {
      // Its steps are written as they end, its own span last.
      await expect
        .poll(async () => (await traced(traceIdOf('job', id), 'batch')).spans[0]?.name, { timeout: 30_000 })
        .toBe(kind)
      const { spans } = await traced(traceIdOf('job', id), 'batch')
      expect(spans[0]).toMatchObject({ name: kind, depth: 0, attributes: { job: id } })
      for (const span of spans) names.add(span.name)
    }
    for (const step of ['wait for speed', 'rotate', 'wait for archive', 'stage', 'recompute', 'compare'])
      expect([...names], step).toContain(step)
  })
})

describe('the sampler', () => {
  it('keeps what was asked for and what failed, and drops the rest', async () => {
    const [asked, plain, failed] = [newTraceparent(), newTraceparent(false), newTraceparent(false)]
    for (const { traceparent } of [asked, plain])
      await call('POST', '/events', { body: JSON.stringify(saleAt({ traceparent })), headers: structured })
    await world.services.nats.js.publish(
      `events.${saleType}`,
      JSON.stringify(saleAt({ traceparent: failed.traceparent, time: 'never' })),
    )
    for (const { traceId } of [asked, plain]) await traced(traceId, 'commit')
    await traced(failed.traceId, 'speed')
    stops.push(runTraceSampler({ pool: world.services.pool, everyMs: 200, quietS: 1 }))
    await expect
      .poll(async () => (await call('GET', `/traces/${plain.traceId}`)).status, { timeout: 30_000 })
      .toBe(404)
    const kept = async (traceId: string) => (await call('GET', `/traces/${traceId}`)).body.kept
    await expect.poll(() => kept(asked.traceId), { timeout: 30_000 }).toBe('asked')
    await expect.poll(() => kept(failed.traceId), { timeout: 30_000 }).toBe('error')
    const { body } = await call('GET', '/traces?status=error')
    expect((body as unknown as { traces: TraceDetail[] }).traces.map(({ traceId }) => traceId)).toContain(
      failed.traceId,
    )
  })
})
