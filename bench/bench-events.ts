import type { LogEvent } from '../server/log'

export const benchType = 'bench.order'
export const benchKeys = 1_000
/** 1,000 events a second of event time: a replay of history, 60,000 events a window. */
const eventSpacingMs = 1
const firstAt = Date.UTC(2026, 0, 1)
const duplicateEvery = 100

/** The i-th event: 160 bytes as a structured CloudEvent; every hundredth repeats the identity of the one before. */
export function benchEvent(i: number): LogEvent {
  const identity = i % duplicateEvery === duplicateEvery - 1 ? i - 1 : i
  const mixed = Math.imul(identity, 2_654_435_761) >>> 0
  return {
    type: benchType,
    source: 's',
    id: String(identity).padStart(8, '0'),
    timeMs: firstAt + identity * eventSpacingMs,
    attrs: {},
    data: {
      key: `k${String(mixed % benchKeys).padStart(3, '0')}`,
      amount: (mixed >>> 10) % 1_000,
      pad: 'abcdefghijk',
    },
  }
}

export function structuredText(event: LogEvent): string {
  return JSON.stringify({
    specversion: '1.0',
    type: event.type,
    source: event.source,
    id: event.id,
    time: new Date(event.timeMs).toISOString(),
    data: event.data,
  })
}

export const benchDefinition = (name: string) => ({
  apiVersion: 'parallax/v1',
  kind: 'Pipeline',
  metadata: { name, title: name, owner: 'bench' },
  spec: {
    events: { type: benchType },
    key: 'data.key',
    window: { size: '60s' },
    lateness: { outOfOrder: '5s', allowed: '30s', beyond: 'defer' },
    dedupe: { horizon: '10m' },
    measures: { orders: { count: true }, amount: { sum: 'data.amount', type: 'int' } },
  },
})
