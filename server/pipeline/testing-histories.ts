import fc from 'fast-check'
import { partitionOf } from './fingerprint'
import { parseDefinition } from './definition'
import type { ReferenceEvent } from './reference'
import type { Definition, EventBatch } from './types'

const DAY = 86_400_000

export const EVENT_TYPE = 'trade.made'

const operands = [
  'data.price',
  'data.size',
  'data.deep.x',
  'data.price * data.size',
  'data.size / 7.0',
] as const

const numeric = fc
  .record({
    kind: fc.constantFrom('sum', 'min', 'max', 'mean'),
    of: fc.constantFrom(...operands),
    type: fc.constantFrom('int', 'float', 'decimal', undefined),
    scale: fc.constantFrom(undefined, 0, 2, 9, 12),
  })
  .map(({ kind, of, type, scale }) => ({
    [kind]: of,
    ...(type === undefined ? {} : { type }),
    ...(type === 'decimal' && scale !== undefined ? { scale } : {}),
  }))

const measure = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ count: true }) },
  { weight: 1, arbitrary: fc.constantFrom({ count: 'data.size > 2.0' }, { count: 'data.flag' }) },
  { weight: 6, arbitrary: numeric },
  {
    weight: 2,
    arbitrary: fc.constantFrom('data.venue', 'data.size', 'data.flag', 'id').map((of) => ({ distinct: of })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      quantile: fc.constantFrom(...operands),
      q: fc.constantFrom(0.5, 0.95, 0.99, 0.001, 0.3),
    }),
  },
)

const keys = [
  undefined,
  'data.symbol',
  'source',
  'string(data.size)',
  'data.symbol + ":" + data.venue',
  ['data.symbol', 'data.venue'],
  ['data.symbol', 'subject', 'id'],
]

const filters = [undefined, undefined, 'data.size > 0.0', 'has(data.deep.x)', 'data.flag || data.price < 3.0']

/** A valid definition, made by parsing a document. */
export const anyDefinition: fc.Arbitrary<Definition> = fc
  .record({
    measures: fc.array(measure, { minLength: 1, maxLength: 6 }),
    key: fc.constantFrom(...keys),
    filter: fc.constantFrom(...filters),
    size: fc.constantFrom('1s', '10s', '7s', '1m', '1h', '1d'),
    beyond: fc.constantFrom('defer', 'include'),
    allowed: fc.constantFrom('0s', '5s', '30s', '1h'),
    outOfOrder: fc.constantFrom('0s', '1s', '5s'),
    horizon: fc.constantFrom('10s', '1m', '1h', '7d'),
  })
  .map((spec) => {
    const parsed = parseDefinition({
      apiVersion: 'parallax/v1',
      kind: 'Pipeline',
      metadata: { name: 'trades' },
      spec: {
        events: { type: EVENT_TYPE },
        ...(spec.filter === undefined ? {} : { filter: spec.filter }),
        ...(spec.key === undefined ? {} : { key: spec.key }),
        window: { size: spec.size },
        lateness: { outOfOrder: spec.outOfOrder, allowed: spec.allowed, beyond: spec.beyond },
        dedupe: { horizon: spec.horizon },
        measures: Object.fromEntries(spec.measures.map((value, i) => [`m${i}`, value])),
      },
    })
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    return parsed.definition
  })

const texts = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('A', 'B', 'C') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      'é',
      '😀',
      '"\\/',
      '\b\f\n\r\t',
      '\u0001\u001f',
      '\u2028\u007f',
      'ﬀ',
      "it's",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replaceAll('\0', '')),
  },
  { weight: 1, arbitrary: fc.integer({ min: 85, max: 260 }).map((n) => 'é'.repeat(n)) },
)

const numbers = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -5, max: 20 }) },
  { weight: 4, arbitrary: fc.integer({ min: -1_000_000, max: 1_000_000 }).map((cents) => cents / 100) },
  { weight: 2, arbitrary: fc.double({ min: -1e9, max: 1e9, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ min: -1e-6, max: 1e-6, noNaN: true }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      0,
      -0,
      0.1,
      0.2,
      -0.3,
      1.005,
      2.5,
      -2.5,
      1e15,
      123456789.12,
      2 ** 53 - 1,
      2 ** 53,
      -(2 ** 53 - 1),
      1e20,
      -1e28,
      1e29,
      5e-10,
      1e-9,
      4.9e-10,
    ),
  },
)

const decimalTexts = fc.oneof(
  numbers.map(String),
  fc.constantFrom(
    '0',
    '-0',
    '-0.0',
    '007',
    '12345678901234567890.123456789',
    '0.0000000005',
    '-1.0000000015',
  ),
  fc.constantFrom('99999999999999999999999999999.9999999995', '9007199254740991', '9007199254740992', '1e3'),
  fc.constantFrom('', ' 1', '+1', '.5', '1.', 'abc', '1,5', '1'.repeat(65), `${'0'.repeat(60)}7`),
)

const anything = fc.oneof(
  texts,
  numbers,
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom<unknown>({}, [], { x: 1 }, [1]),
)

function mostly(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 12, arbitrary: values },
    { weight: 1, arbitrary: anything },
    { weight: 1, arbitrary: fc.constant(undefined) },
  )
}

const data = fc
  .record({
    symbol: mostly(texts),
    venue: mostly(texts),
    price: mostly(fc.oneof(numbers, decimalTexts)),
    size: mostly(numbers),
    flag: mostly(fc.boolean()),
    deep: mostly(fc.record({ x: mostly(numbers) })),
  })
  .map((fields): unknown => JSON.parse(JSON.stringify(fields)))

/** Instants where calendars are odd: years before 1970, clock changes, leap seconds, far future; 30 days apart. */
const odd = [
  '0001-01-02T00:00:00Z',
  '1883-11-18T17:00:00Z',
  '1969-12-31T23:59:57Z',
  '1972-06-30T23:59:59Z',
  '1999-12-31T23:59:58Z',
  '2016-12-31T23:59:59Z',
  '2023-11-05T05:59:59Z',
  '2024-02-28T23:59:59Z',
  '2024-03-31T00:59:59Z',
  '2038-01-19T03:14:07Z',
  '9998-06-30T12:00:00Z',
].map((text) => Date.parse(text))

/** Start of the i-th history of a run, at least 30 days from any other's. */
function originOf(index: number): number {
  return odd[index] ?? Date.parse('2100-01-01T00:00:00Z') + index * 60 * DAY
}

/** Whole seconds meet the edges of windows, lateness and generations. */
function seconds(n: number): number {
  return n * 1000
}

const delivery = fc.record({
  /** Which event; one that has been delivered before is a duplicate, perhaps with other content. */
  pick: fc.nat({ max: 1000 }),
  isAgain: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  isChanged: fc.boolean(),
  /** Event time behind the log's clock. */
  delayMs: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -500, max: 4000 }) },
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 40 }).map(seconds) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 120_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -3_600_000, max: 90_000_000 }) },
  ),
  stepMs: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 2000 }) },
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 6 }).map(seconds) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 600_000 }) },
  ),
  source: fc.constantFrom('s', 's1', 'urn:é'),
  subject: fc.constantFrom(null, 'x', '"y"'),
  data,
  /** Whether the log puts it in the same message as the one before, if it can. */
  isJoined: fc.boolean(),
})

type Delivery = typeof delivery extends fc.Arbitrary<infer T> ? T : never

export interface History {
  partitions: number
  events: ReferenceEvent[]
}

/** A log of one event type; `index` keeps the histories of one run apart in identity and time. */
export function historyOf(deliveries: Delivery[], partitions: number, index: number): History {
  const events: ReferenceEvent[] = []
  let clock = originOf(index)
  for (const [at, step] of deliveries.entries()) {
    clock += step.stepMs
    const earlier = step.isAgain ? events[step.pick % Math.max(1, events.length)] : undefined
    const fresh = { id: `${index}-${at}`, source: step.source, time: clock - step.delayMs, data: step.data }
    const content = earlier === undefined ? fresh : { ...(step.isChanged ? fresh : earlier) }
    const { id, source } = earlier ?? fresh
    const partition = partitionOf(source, id, partitions)
    const last = events.at(-1)
    const isJoined = step.isJoined && last?.partition === partition
    events.push({
      type: EVENT_TYPE,
      id,
      source,
      subject: step.subject,
      data: content.data,
      time: content.time,
      partition,
      seq: isJoined ? last.seq : (last?.seq ?? index) + 1,
      index: isJoined ? last.index + 1 : 0,
      logTime: isJoined ? last.logTime : clock,
    })
  }
  return { partitions, events }
}

export const anyDeliveries = fc.array(delivery, { minLength: 1, maxLength: 60 })

export const anyHistory: fc.Arbitrary<History> = fc
  .tuple(anyDeliveries, fc.integer({ min: 1, max: 3 }), fc.nat({ max: odd.length - 1 }))
  .map(([deliveries, partitions, index]) => historyOf(deliveries, partitions, index))

/** Events of one partition as columns, for the fields asked for. */
export function batchOf(events: ReferenceEvent[], fields: string[]): EventBatch {
  const member = (event: ReferenceEvent, name: string): unknown =>
    (event.data as Record<string, unknown>)[name]
  return {
    type: EVENT_TYPE,
    partition: events[0]?.partition ?? 0,
    n: events.length,
    seq: events.map((event) => event.seq),
    index: events.map((event) => event.index),
    logTime: events.map((event) => event.logTime),
    time: events.map((event) => event.time),
    source: events.map((event) => event.source),
    id: events.map((event) => event.id),
    subject: events.map((event) => event.subject),
    columns: Object.fromEntries(fields.map((name) => [name, events.map((event) => member(event, name))])),
  }
}
