import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { parseDefinition } from './definition'
import { formatDuration, parseDuration } from './definition-duration'
import { formatDefinition } from './definition-format'
import { computeHash } from './definition-hash'
import type { Definition } from './types'

function read(input: unknown): Definition {
  const parsed = parseDefinition(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.definition
}

const duration = (minMs: number, maxMs: number) =>
  fc.integer({ min: minMs, max: maxMs }).map((ms) => `${ms}ms`)
const number = fc.constantFrom(
  'data.amount',
  'data.deep["a b"] * 2.5',
  'size(data.note)',
  'data.x > 1 ? 1 : null',
)
const text = fc.constantFrom('data.origin', 'string(data.gate)', '"it\'s" + id', 'source')
const condition = fc.constantFrom('data.distance > 0', 'has(data.note) && data.flag', 'data.a in ["x", "y"]')
const title = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).map((t) => t.replaceAll('\0', '.'))
const optional = { requiredKeys: [] }
const measure = fc.oneof(
  fc.record({ count: fc.oneof(fc.constant(true), condition) }),
  fc.record({ distinct: fc.oneof(text, number) }),
  fc.record({ quantile: number, q: fc.constantFrom(0.5, 0.95, 0.999) }),
  fc
    .tuple(fc.constantFrom('sum', 'min', 'max', 'mean'), number, fc.constantFrom('int', 'float', 'decimal'))
    .map(([kind, of, type]) => ({ [kind]: of, type })),
  fc.record({ sum: number, type: fc.constant('decimal'), scale: fc.integer({ min: 0, max: 18 }) }),
)

const document = fc.record({
  apiVersion: fc.constant('parallax/v1'),
  kind: fc.constant('Pipeline'),
  metadata: fc.record(
    {
      name: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
      title,
      owner: title,
      tags: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/), title, { maxKeys: 3 }),
    },
    { requiredKeys: ['name'] },
  ),
  spec: fc.record(
    {
      events: fc.record({ type: fc.stringMatching(/^[a-z]{1,5}(\.[a-z]{1,5}){0,2}$/) }),
      schema: fc.constant('orders'),
      fields: fc.constant({ amount: 'number', origin: 'string', unused: 'boolean' }),
      filter: condition,
      key: fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 5 })),
      window: fc.record({ size: duration(1000, 2_678_400_000) }),
      lateness: fc.record(
        {
          outOfOrder: duration(0, 86_400_000),
          allowed: duration(0, 100_000),
          beyond: fc.constantFrom('defer', 'include'),
        },
        optional,
      ),
      dedupe: fc.record({ horizon: duration(1000, 604_800_000) }, optional),
      measures: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_]{0,10}$/), measure, {
        minKeys: 1,
        maxKeys: 6,
      }),
      batch: fc.record(
        {
          every: duration(10_000, 86_400_000),
          reconcile: fc.constantFrom('auto', 'propose', 'off'),
          tolerance: fc.constantFrom(0, 0.01, 1),
        },
        optional,
      ),
      retention: fc.record(
        { versions: fc.integer({ min: 1, max: 100 }), cells: duration(86_400_000, 8_640_000_000) },
        optional,
      ),
      limits: fc.record({ keysPerWindow: fc.integer({ min: 1, max: 1_000_000 }) }, optional),
      objectives: fc.record(
        {
          freshness: fc.constant({ target: 0.99, under: '5s' }),
          batch: fc.constant({ target: 0.9, within: '2m', window: '7d' }),
          jobs: fc.constant({ target: 0.999 }),
        },
        optional,
      ),
      budget: fc.constant({ monthly: 10, currency: 'EUR', quota: { backfillBytesPerDay: '1.5TB' } }),
    },
    { requiredKeys: ['events', 'window', 'measures'] },
  ),
})

describe('an exported definition', () => {
  it('reads as the same definition again, as a value, as JSON and as YAML', () => {
    fc.assert(
      fc.property(document, (input) => {
        const definition = read(input)
        const exported = formatDefinition(definition)
        expect(read(exported)).toEqual(definition)
        expect(read(JSON.stringify(exported))).toEqual(definition)
        expect(read(stringify(exported))).toEqual(definition)
        expect(formatDefinition(read(exported))).toEqual(exported)
        expect(computeHash(read(exported))).toBe(computeHash(definition))
      }),
      { numRuns: 150 },
    )
  })

  it('writes durations in the largest unit that divides them', () => {
    expect([0, 250, 1500, 90_000, 300_000, 3_600_000, 34_560_000_000].map(formatDuration)).toEqual([
      '0s',
      '250ms',
      '1500ms',
      '90s',
      '5m',
      '1h',
      '400d',
    ])
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (ms) => parseDuration(formatDuration(ms)) === ms),
    )
    expect(
      ['', '5', 's', '-1s', '1.5s', '1 s', '1S', '1w', '1s ', '1000000000000000s'].map(parseDuration),
    ).toEqual(Array.from({ length: 10 }, () => null))
  })
})

describe('the hash of what is computed', () => {
  const base = {
    apiVersion: 'parallax/v1',
    kind: 'Pipeline',
    metadata: { name: 'orders' },
    spec: {
      events: { type: 'order.placed' },
      filter: 'data.a > 1',
      window: { size: '1m' },
      measures: { n: { count: true }, s: { sum: 'data.a' } },
    },
  }
  const hashOf = (metadata: object, spec: object) =>
    computeHash(
      read({ ...base, metadata: { ...base.metadata, ...metadata }, spec: { ...base.spec, ...spec } }),
    )
  const hash = hashOf({}, {})

  it.each<[string, object, object]>([
    ['title, owner and tags', { title: 'T', owner: 'me', tags: { a: 'b' } }, {}],
    ['the name', { name: 'other' }, {}],
    [
      'upkeep',
      {},
      { batch: { every: '1h' }, retention: { versions: 9 }, budget: { monthly: 1, currency: 'USD' } },
    ],
    ['how an expression is written', {}, { filter: '  data["a"]>(1.0)' }],
    ['the order of measures', {}, { measures: { s: { sum: 'data.a' }, n: { count: true } } }],
    ['what a default would be', {}, { key: '"all"', dedupe: { horizon: '600s' } }],
    ['how many keys a window may have', {}, { limits: { keysPerWindow: 7 } }],
    ['types that change nothing', {}, { fields: { a: 'number', b: 'string' } }],
  ])('does not change with %s', (_, metadata, spec) => {
    expect(hashOf(metadata, spec)).toBe(hash)
  })

  it.each<[string, object]>([
    ['the filter', { filter: 'data.a > 2' }],
    ['the key', { key: 'data.k' }],
    ['the window', { window: { size: '2m' } }],
    ['lateness', { lateness: { allowed: '31s' } }],
    ['dedupe', { dedupe: { horizon: '11m' } }],
    ['the schema', { schema: 'x' }],
    ['the events', { events: { type: 'order.paid' } }],
    ['a measure', { measures: { n: { count: true }, s: { sum: 'data.a', type: 'int' } } }],
    ['the name of a measure', { measures: { n: { count: true }, t: { sum: 'data.a' } } }],
  ])('changes with %s', (_, spec) => {
    expect(hashOf({}, spec)).not.toBe(hash)
  })
})
