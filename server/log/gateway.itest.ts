import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServices, type TestServices } from '../clients/testing'
import { openAppender } from './appender'
import { openGateway, type Gateway } from './gateway'
import { openSchemaRegistry, type SchemaRegistry } from './registry'
import { provisionStreams, streamState } from './stream'

let services: TestServices
let gateway: Gateway
let registry: SchemaRegistry
const now = Date.UTC(2026, 0, 15)
const clock = { now: () => now }

beforeAll(async () => {
  services = await startTestServices()
  await provisionStreams(services.nats, { maxBytes: 256 * 1024 ** 2 })
  registry = await openSchemaRegistry(services)
  const appender = openAppender(services.nats, { partitions: 4 })
  gateway = openGateway({ appender, registry, clock })
})
afterAll(async () => {
  registry.close()
  await services.stop()
})

const structured = 'application/cloudevents+json'
const batch = 'application/cloudevents-batch+json; charset=utf-8'
const lines = 'application/x-ndjson'
let last = 0
const event = (extra: object = {}) => ({
  specversion: '1.0',
  type: 'g.test',
  source: '/gateway',
  id: `id-${++last}`,
  time: '2026-01-01T00:00:00Z',
  data: { n: 1 },
  ...extra,
})
const post = (contentType: string, body: unknown, headers: Record<string, string> = {}) =>
  gateway.ingest(contentType, headers, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))

test('each content mode is taken in, and a repeat is a duplicate that reaches the log no more', async () => {
  const one = event()
  expect(await post(structured, one)).toEqual({ accepted: 1, duplicates: 0, rejected: [] })
  const two = event()
  const twice = [one, two, two]
  expect(await post(batch, twice)).toEqual({ accepted: 1, duplicates: 2, rejected: [] })
  expect(await post(lines, `${JSON.stringify(event())}\n\n${JSON.stringify(two)}\r\n`)).toEqual({
    accepted: 1,
    duplicates: 1,
    rejected: [],
  })
  const headers = { 'ce-specversion': '1.0', 'ce-id': 'caf%C3%A9', 'ce-source': '/g', 'ce-type': 'g.test' }
  expect(await post('application/json', '{"n":2}', headers)).toEqual({
    accepted: 1,
    duplicates: 0,
    rejected: [],
  })
  const before = await streamState(services.nats)
  expect(await post('application/json', '{"n":2}', headers)).toMatchObject({ accepted: 0, duplicates: 1 })
  expect((await streamState(services.nats)).lastSeq).toBe(before.lastSeq)
})

test('the same event in requests at the same moment is accepted once', async () => {
  const same = event()
  const results = await Promise.all(Array.from({ length: 8 }, () => post(structured, same)))
  expect(results.reduce((sum, result) => sum + result.accepted, 0)).toBe(1)
  expect(results.reduce((sum, result) => sum + result.duplicates, 0)).toBe(7)
})

test('a bad line is rejected by its number and blocks no other', async () => {
  const body = [
    JSON.stringify(event()),
    '{broken',
    '',
    '[]',
    JSON.stringify(event({ time: 'yesterday' })),
    JSON.stringify(event({ time: '2026-01-17T00:00:00Z', id: 'ahead' })),
    JSON.stringify(event()),
  ].join('\n')
  const result = await post(lines, body)
  expect(result.accepted).toBe(2)
  expect(result.rejected.map(({ index, code }) => [index, code])).toEqual([
    [1, 'invalid_json'],
    [3, 'not_an_object'],
    [4, 'invalid_time'],
    [5, 'time_too_far_in_future'],
  ])
  expect(result.rejected[3]?.id).toBe('ahead')
})

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
const text = (changes: Record<string, unknown>) => JSON.stringify({ ...event(), ...changes })
test.each<[string, string, string]>([
  ['not JSON', '{"a":', 'invalid_json'],
  ['a list', '[]', 'not_an_object'],
  ['no id', text({ id: undefined }), 'missing_attribute'],
  ['an empty id', text({ id: '' }), 'invalid_attribute'],
  ['a number as id', text({ id: 5 }), 'invalid_attribute'],
  ['an id of 1 MB', text({ id: 'x'.repeat(200_000) }), 'invalid_attribute'],
  ['a type with a space', text({ type: 'a b' }), 'invalid_attribute'],
  ['a type with a wildcard', text({ type: 'a.*' }), 'invalid_attribute'],
  ['an upper-case attribute', text({ Foo: 'x' }), 'invalid_attribute'],
  ['an object as attribute', text({ foo: {} }), 'invalid_attribute'],
  ['another specversion', text({ specversion: '0.3' }), 'unsupported_specversion'],
  ['a time without offset', text({ time: '2026-01-01T00:00:00' }), 'invalid_time'],
  ['a time as number', text({ time: 5 }), 'invalid_time'],
  ['a time in 9999', text({ time: '9999-01-01T00:00:00Z' }), 'time_too_far_in_future'],
  ['a NUL in data', text({ data: { a: 'x\0' } }), 'invalid_text'],
  ['a lone surrogate', text({ data: { a: 'X' } }).replace('"X"', '"\\ud800"'), 'invalid_text'],
  ['a number beyond a double', text({ data: { a: 'X' } }).replace('"X"', '1e400'), 'number_out_of_range'],
  ['data 65 levels deep', text({ data: 'X' }).replace('"X"', deep(65)), 'too_deep'],
  ['data 100,000 levels deep', text({ data: 'X' }).replace('"X"', deep(100_000)), 'too_deep'],
  ['more than 256 KiB', text({ data: 'x'.repeat(262_145) }), 'too_large'],
])('%s is rejected: %s → %s', async (_name, body, code) => {
  const result = await post(structured, body)
  expect(result).toMatchObject({ accepted: 0, duplicates: 0, rejected: [{ index: 0, code }] })
})

test('odd but valid events are taken', async () => {
  const odd = [
    event({ time: undefined }),
    event({ time: '1970-01-01T00:00:00+14:00' }),
    event({ time: '2016-12-31T23:59:60Z' }),
    event({ data: undefined }),
    event({ data: undefined, data_base64: 'AAEC' }),
    event({ data: deep(60), comexample: true, sequence: 7 }),
    JSON.parse(
      `{"specversion":"1.0","type":"g.test","source":"/g","id":"proto","data":{"__proto__":{"x":1}}}`,
    ) as object,
  ]
  expect(await post(batch, odd)).toEqual({ accepted: odd.length, duplicates: 0, rejected: [] })
})

test('unknown content types and bodies that hold no events fail as a whole, saying what would do', async () => {
  await expect(post('text/plain', 'hi')).rejects.toMatchObject({
    code: 'unsupported_media_type',
    message: expect.stringContaining('application/x-ndjson') as string,
  })
  await expect(post(batch, '{}')).rejects.toMatchObject({ code: 'bad_request' })
  await expect(post(batch, '[')).rejects.toMatchObject({ code: 'bad_request' })
  await expect(gateway.ingest(lines, {}, Buffer.alloc(16 * 1024 ** 2 + 1))).rejects.toMatchObject({
    code: 'too_large',
  })
  expect(await post(batch, '[]')).toEqual({ accepted: 0, duplicates: 0, rejected: [] })
})

const schema = (extra: object = {}) =>
  JSON.stringify({ type: 'object', properties: { n: { type: 'integer' } }, required: ['n'], ...extra })

test('an event is checked against the subject its dataschema names, else its type', async () => {
  const first = await registry.register('s.type', schema())
  expect(first).toMatchObject({ version: 1, created: true })
  const respaced = await registry.register('s.type', JSON.stringify(JSON.parse(schema()), null, 2))
  expect(respaced).toMatchObject({ id: first.id, version: 1, created: false })
  await registry.register('other', schema({ properties: { n: { type: 'string' } } }))

  const result = await post(batch, [
    event({ type: 's.type', data: { n: 1 } }),
    event({ type: 's.type', data: { n: 'one' } }),
    event({ type: 's.type', dataschema: 'other', data: { n: 'one' } }),
    event({
      type: 's.type',
      dataschema: 'https://host/api/registry/subjects/s.type/versions/1',
      data: { n: 1 },
    }),
    event({
      type: 's.type',
      dataschema: 'https://host/api/registry/subjects/s.type/versions/9',
      data: { n: 1 },
    }),
  ])
  expect(result.accepted).toBe(3)
  expect(result.rejected).toMatchObject([
    { index: 1, code: 'schema_violation', message: 'data.n must be integer.' },
    { index: 4, code: 'unknown_schema' },
  ])
})

test('a new version is in force at once, in this process and in others', async () => {
  const other = await openSchemaRegistry(services)
  await registry.register('v.type', schema())
  const second = await registry.register('v.type', schema({ required: ['n', 'm'] }))
  expect(second.version).toBe(2)
  expect((await post(structured, event({ type: 'v.type' }))).rejected).toMatchObject([
    { code: 'schema_violation' },
  ])
  await other.sync()
  expect(other.inForce(Number.POSITIVE_INFINITY)).toMatchObject({ 'v.type': 2 })
  expect(await other.get('v.type', 1)).toMatchObject({ version: 1 })
  expect(await other.get('v.type', 7)).toBeNull()
  other.close()
})

test.each([
  ['not JSON', '{', /not JSON/],
  ['a wrong keyword value', '{"type":"nonsense"}', /type/],
  ['a remote reference', '{"$ref":"https://example.com/s.json"}', /references inside/],
  ['an unknown dialect', '{"$schema":"https://example.com/x"}', /\$schema must be/],
  ['look-around', '{"pattern":"(?=a)b"}', /look-around/],
])('a schema with %s is refused with the reason', async (_name, text, reason) => {
  await expect(registry.register('bad', text)).rejects.toMatchObject({
    code: 'unprocessable',
    message: expect.stringMatching(reason) as string,
  })
})

test('a pattern that backtracks for ever stops nobody', async () => {
  await registry.register('redos', '{"properties":{"s":{"type":"string","pattern":"^(a+)+$"}}}')
  const started = performance.now()
  const result = await post(structured, event({ type: 'redos', data: { s: `${'a'.repeat(10_000)}b` } }))
  expect(result.rejected).toMatchObject([{ code: 'schema_violation' }])
  expect(performance.now() - started).toBeLessThan(5_000)
})
