import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BatchBuilder } from './batch-builder'
import { BatchDecoder } from './decode'
import { EventScanner } from './event-scanner'
import { encodeFrame } from './frame'
import type { LogEvent } from './log-event'
import type { LogMessage } from './log-message'
import { decodeMessage, type DeadEvent } from './message'
import { MessageHeader } from './message-header'

const logTime = Date.UTC(2026, 5, 1)
const fields = ['a', 'name', 'deep', '__proto__', 'constructor']
const type = 't.x'

const message = (data: Buffer | string, headers: [string, string][] = []): LogMessage => ({
  subject: `events.${type}.0`,
  header:
    headers.length === 0
      ? null
      : new MessageHeader(
          Buffer.from(`NATS/1.0\r\n${headers.map(([k, v]) => `${k}: ${v}`).join('\r\n')}\r\n\r\n`),
        ),
  data: typeof data === 'string' ? Buffer.from(data) : data,
  seq: 7,
  logTime,
})

interface Outcome {
  events: unknown[]
  dead: [index: number, code: string][]
}

/** What the hot path makes of messages; one decoder for all, as a reader has it. */
function hot(messages: LogMessage[]): Outcome[] {
  const dead: DeadEvent[] = []
  const decoder = new BatchDecoder(fields, null, (letter) => dead.push(letter))
  return messages.map((item) => {
    dead.length = 0
    const builder = new BatchBuilder(type, 0, fields)
    decoder.decode(item, type, builder)
    const { batch } = builder
    return {
      events: Array.from({ length: batch.n }, (_, i) => ({
        index: batch.index[i],
        time: batch.time[i],
        source: batch.source[i],
        id: batch.id[i],
        subject: batch.subject[i],
        values: fields.map((field) => batch.columns[field]?.[i] ?? null),
      })),
      dead: dead.map(({ index, rejection }) => [index, rejection.code]),
    }
  })
}

/** The same by the full decoder, which builds every object. */
function plain(messages: LogMessage[]): Outcome[] {
  return messages.map((item) => {
    const outcome: Outcome = { events: [], dead: [] }
    for (const result of decodeMessage(item, type, null)) {
      if ('rejection' in result) outcome.dead.push([result.index, result.rejection.code])
      else {
        const data = result.data as Record<string, unknown> | null
        const isObject = typeof data === 'object' && data !== null && !Array.isArray(data)
        outcome.events.push({
          index: result.index,
          time: result.timeMs,
          source: result.source,
          id: result.id,
          subject: result.attrs.subject ?? null,
          values: fields.map(
            (field) => (isObject && Object.hasOwn(data, field) ? data[field] : null) ?? null,
          ),
        })
      }
    }
    return outcome
  })
}

/** Mostly what the hot path takes: an event with two odd things tells less than one with one. */
const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: usual, weight: 20 }, { arbitrary: odd, weight: 1 })
const one = <T>(...values: T[]) => fc.constantFrom(...values)

const word = fc.oneof(
  fc.stringMatching(/^[ -~]{0,8}$/).map((text) => text.replace(/["\\]/g, '')),
  one('é', 'naïve'),
)
const value: fc.Arbitrary<unknown> = mostly<unknown>(
  fc.oneof(
    word,
    fc.integer(),
    one<unknown>(0, -1, 0.25, -12.5, true, false, null),
    one<unknown>([1, 'a'], { x: 'y' }),
  ),
  fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  ),
)
const anyData = mostly<unknown>(
  fc.dictionary(one(...fields, 'b', 'c d', 'é', ''), value),
  fc.jsonValue({ maxDepth: 2 }),
)
const event = fc.record(
  {
    specversion: mostly(one<unknown>('1.0'), one<unknown>('0.3', 1, null)),
    id: mostly<unknown>(
      word.map((text) => `i${text}`),
      one<unknown>('', 3, 'x'.repeat(1_025), 'a"b\\'),
    ),
    source: mostly(one<unknown>('/s', 'urn:é'), one<unknown>('', null)),
    type: mostly(one<unknown>(type), one<unknown>('other')),
    time: mostly(
      one<unknown>(
        '2026-01-01T00:00:00Z',
        '2026-01-01T00:00:00.123456+02:00',
        '2016-12-31T23:59:60Z',
        undefined,
      ),
      one<unknown>('2027-01-01T00:00:00Z', 'soon', 5, null),
    ),
    subject: mostly(one<unknown>('sub', undefined), one<unknown>('', 4, null)),
    dataschema: mostly(one<unknown>(undefined), one<unknown>('urn:x', '')),
    traceparent: mostly(one<unknown>('00-1', undefined), one<unknown>({}, 1.5, 5, '')),
    data: anyData,
  },
  { requiredKeys: ['specversion', 'id', 'source', 'type', 'data'] },
)

const snippets = [
  ...[
    '"',
    '\\',
    '\\u0000',
    '\\ud800',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    ' ',
    '\n',
    '-',
    '.',
    'e',
    '0',
    'é',
    'nul',
  ],
  ...[
    '"a":1,',
    '"name":"x",',
    '"id":"again",',
    '"type":"other",',
    '"source":"",',
    '"time":"soon",',
    '"subject":"",',
  ],
  ...[
    '"data":{"a":77},',
    '"data":null,',
    '"data_base64":"AA==",',
    '"x":"y",',
    '"X":"y",',
    '"x":{},',
    '[[]]',
    '{}',
  ],
]
const values = [
  ...[
    '01',
    '-0',
    '-01',
    '1.',
    '.5',
    '-',
    '+1',
    '00.5',
    '1e5',
    '1E400',
    '-1e400',
    '1'.repeat(400),
    '0x1',
    'NaN',
  ],
  ...[
    'tru',
    'truer',
    'nulll',
    'falsey',
    '[1e400]',
    '{"x":"\\u0000"}',
    '["\\ud800"]',
    '[1,]',
    '{"x"}',
    '[}',
    '{"a":1',
  ],
  ...[
    `${'['.repeat(63)}${']'.repeat(63)}`,
    `${'['.repeat(64)}${']'.repeat(64)}`,
    '"x',
    '"\\n"',
    '"a\tb"',
    '{"a":1,"a":2}',
  ],
]
const edit = fc.oneof(
  // Anywhere.
  fc.record({ at: fc.nat(400), behind: one(''), remove: one(0, 1, 2), insert: one('', ...snippets) }),
  // Another attribute or field at the start of an object, perhaps a second of its name.
  fc.record({ at: one(0, 60, 120), behind: one('{'), remove: one(0), insert: one(...snippets) }),
  // Another value in the place of one, or of its beginning.
  fc.record({ at: fc.nat(400), behind: one(':'), remove: fc.nat(6), insert: one(...values) }),
  // A whole number in the place of one.
  fc.record({ at: one(0), behind: one('"a":'), remove: one(1), insert: one(...values) }),
)

interface Edit {
  at: number
  behind: string
  remove: number
  insert: string
}

function edited(text: string, edits: readonly Edit[]): string {
  let result = text
  for (const { at, behind, remove, insert } of edits) {
    const somewhere = at % (result.length + 1)
    const start = behind === '' ? somewhere : result.indexOf(behind, somewhere) + behind.length
    result = result.slice(0, start) + insert + result.slice(start + remove)
  }
  return result
}

test('[law 2] single events: the hot path decides and reads exactly as the full parser does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(event, fc.array(edit, { maxLength: 2 }), fc.boolean()), { maxLength: 12 }),
      (items) => {
        const messages = items.map(([value, edits, spaced]) =>
          message(edited(JSON.stringify(value, null, spaced ? 1 : undefined), edits)),
        )
        expect(hot(messages)).toEqual(plain(messages))
      },
    ),
    { numRuns: 3_000 },
  )
})

test('events of one producer, alike but for their values, read as the full parser reads them', () => {
  const row = fc.record({
    id: word.map((text) => `i${text}`),
    a: fc.integer({ max: 9, min: 0 }),
    name: word,
    deep: value,
  })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(row, fc.oneof({ arbitrary: one(null), weight: 3 }, edit)), {
        minLength: 5,
        maxLength: 30,
      }),
      (rows) => {
        const messages = rows.map(([{ id, ...data }, change]) => {
          const attributes = { specversion: '1.0', id, source: '/s', type, time: '2026-01-01T00:00:00Z' }
          const text = JSON.stringify({ ...attributes, data })
          return message(change ? edited(text, [change]) : text)
        })
        expect(hot(messages)).toEqual(plain(messages))
      },
    ),
    { numRuns: 1_000 },
  )
})

test('the fuzz reaches the scanner: a good part of what it makes is read without the full parser', () => {
  const scanner = new EventScanner(fields)
  const settings = { numRuns: 1_000, seed: 1 }
  const read = (text: string) => scanner.scan(Buffer.from(text))
  const whole = fc.sample(event, settings).map((item) => JSON.stringify(item))
  const changed = fc
    .sample(fc.tuple(event, edit), settings)
    .map(([item, change]) => edited(JSON.stringify(item), [change]))
  expect(whole.filter(read).length).toBeGreaterThan(300)
  expect(changed.filter(read).length).toBeGreaterThan(50)
})

test('bytes that are not UTF-8 are refused by both', () => {
  const bytes = Buffer.concat([
    Buffer.from(`{"specversion":"1.0","id":"`),
    Buffer.from([0xc3, 0x28]),
    Buffer.from(`","source":"/s","type":"${type}"}`),
  ])
  const outcome = [{ events: [], dead: [[0, 'invalid_text']] }]
  expect(hot([message(bytes)])).toEqual(outcome)
  expect(plain([message(bytes)])).toEqual(outcome)
})

const frameHeaders = (frame: ReturnType<typeof encodeFrame>) => frame.headers

const logEvent: fc.Arbitrary<LogEvent> = fc.record({
  type: fc.constant(type),
  source: fc.constantFrom('/s', '/other', 'urn:é'),
  id: fc.string({ minLength: 1, unit: 'grapheme' }),
  timeMs: fc.integer({ min: -1e12, max: logTime }),
  attrs: fc.dictionary(fc.constantFrom('subject', 'traceparent', 'ext'), fc.constantFrom('a', 'b')),
  data: fc.oneof(
    fc.record({ a: fc.integer(), name: fc.string() }),
    fc.dictionary(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 2 })),
    fc.constant(null),
  ),
})

test('a frame gives back what was put in, and the hot path reads it as the full decoder does', () => {
  fc.assert(
    fc.property(fc.array(logEvent, { minLength: 1, maxLength: 30 }), (events) => {
      const frame = encodeFrame(events, 'id')
      const item = message(frame.body, frameHeaders(frame))
      const decoded = [...decodeMessage(item, type, null)]
      const expected = events.map((one, index) => ({
        ...(JSON.parse(JSON.stringify(one)) as LogEvent),
        index,
      }))
      expect(JSON.parse(JSON.stringify(decoded))).toEqual(JSON.parse(JSON.stringify(expected)))
      expect(hot([item])).toEqual(plain([item]))
    }),
    { numRuns: 500 },
  )
})

const sample: LogEvent[] = [1, 2, 3].map((i) => ({
  type,
  source: '/s',
  id: `e${i}`,
  timeMs: 0,
  attrs: {},
  data: { a: i },
}))

test.each<[string, (body: Record<string, unknown>) => void]>([
  ['its count lies', (body) => (body.n = 2)],
  ['its count is negative', (body) => (body.n = -1)],
  ['a column is short', (body) => (body.cols = { a: [1] })],
  ['an id is a number', (body) => (body.id = [1, 2, 3])],
  ['a time is no instant', (body) => (body.time = [0, 'x', 0])],
  ['it has neither columns nor rows', (body) => delete body.cols],
  ['it is of a version to come', (body) => (body.v = 2)],
])('a frame is parked whole when %s', async (_name, change) => {
  const frame = encodeFrame(sample, 'id')
  const body = JSON.parse(frame.body.toString()) as Record<string, unknown>
  change(body)
  const { crc32 } = await import('node:zlib')
  const bytes = Buffer.from(JSON.stringify(body))
  const headers = frame.headers.map(([k, v]): [string, string] => [
    k,
    k === 'parallax-crc32' ? String(crc32(bytes)) : v,
  ])
  const outcome = [{ events: [], dead: [[0, 'invalid_frame']] }]
  expect(hot([message(bytes, headers)])).toEqual(outcome)
  expect(plain([message(bytes, headers)])).toEqual(outcome)
})

test('a frame with a wrong checksum or of another type is parked whole', () => {
  const frame = encodeFrame(sample, 'id')
  const wrong = frame.headers.map(([k, v]): [string, string] => [k, k === 'parallax-crc32' ? '1' : v])
  expect(hot([message(frame.body, wrong)])[0]?.dead).toEqual([[0, 'invalid_frame']])
  const other = encodeFrame(
    sample.map((one) => ({ ...one, type: 'other' })),
    'id',
  )
  expect(hot([message(other.body, other.headers)])[0]?.dead).toEqual([[0, 'type_mismatch']])
})

test('events of a frame that no gateway vouches for are checked one by one', () => {
  const events: LogEvent[] = [
    ...sample,
    { type, source: '/s', id: 'ahead', timeMs: logTime + 90_000_000, attrs: {}, data: null },
    { type, source: '/s', id: 'nul', timeMs: 0, attrs: {}, data: { a: '\0' } },
  ]
  const frame = encodeFrame(events, 'id')
  const headers = frame.headers.filter(([name]) => name !== 'parallax-validated')
  const [outcome] = hot([message(frame.body, headers)])
  expect(outcome?.events).toHaveLength(3)
  expect(outcome?.dead).toEqual([
    [3, 'time_too_far_in_future'],
    [4, 'invalid_text'],
  ])
})
