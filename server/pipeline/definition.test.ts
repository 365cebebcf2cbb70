import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseDefinition, schemaSubjectOf } from './definition'
import { formatDefinition } from './definition-format'
import type { FieldTypes } from './expression/field-types'
import type { Definition, Measure, Problem } from './types'

const samples = path.resolve(import.meta.dirname, '../../pipelines')
const departures = readFileSync(path.join(samples, 'departures.yaml'), 'utf8')

function read(input: unknown, fieldTypes?: FieldTypes): Definition {
  const parsed = parseDefinition(input, fieldTypes ? { fieldTypes } : {})
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.definition
}

function problemsOf(input: unknown, fieldTypes?: FieldTypes): Problem[] {
  const parsed = parseDefinition(input, fieldTypes ? { fieldTypes } : {})
  return parsed.ok ? [] : parsed.problems
}

const minimal = {
  apiVersion: 'parallax/v1',
  kind: 'Pipeline',
  metadata: { name: 'orders' },
  spec: { events: { type: 'order.placed' }, window: { size: '1m' }, measures: { orders: { count: true } } },
}

function withSpec(spec: Record<string, unknown>): unknown {
  return { ...minimal, spec: { ...minimal.spec, ...spec } }
}

function measure(fields: Record<string, unknown>, fieldTypes?: FieldTypes): Measure | undefined {
  return read(withSpec({ measures: { m: fields } }), fieldTypes).measures[0]
}

describe('a definition', () => {
  it('is read from YAML with durations in milliseconds', () => {
    const definition = read(departures)
    expect(definition).toMatchObject({
      name: 'departures',
      title: 'Departures by airport',
      owner: 'network-ops',
      eventType: 'flight.departed',
      schemaSubject: 'flight.departed',
      filter: { text: 'data.distance > 0', node: { op: 'gt' } },
      key: [{ text: 'data.origin', node: { op: 'field', type: 'string', path: ['origin'] } }],
      windowSizeMs: 10_000,
      lateness: { outOfOrderMs: 5000, allowedMs: 30_000, beyond: 'defer' },
      dedupeHorizonMs: 600_000,
      batch: { everyMs: 300_000, reconcile: 'auto', tolerance: 0.001 },
      retention: { versions: 5, cellsMs: 400 * 86_400_000 },
      budget: { monthly: 200, currency: 'USD', quota: { backfillBytesPerDay: '50GB' } },
    })
    expect(definition.measures.map(({ name, kind }) => [name, kind])).toEqual([
      ['delay_avg', 'mean'],
      ['delay_p95', 'quantile'],
      ['flights', 'count'],
      ['miles', 'sum'],
      ['routes', 'distinct'],
    ])
  })

  it('gets defaults for what it leaves out', () => {
    expect(read(minimal)).toEqual({
      name: 'orders',
      title: 'orders',
      owner: 'unowned',
      tags: {},
      eventType: 'order.placed',
      schemaSubject: null,
      filter: null,
      key: [{ text: '"all"', node: { op: 'literal', type: 'string', value: 'all' } }],
      windowSizeMs: 60_000,
      lateness: { outOfOrderMs: 5000, allowedMs: 30_000, beyond: 'defer' },
      dedupeHorizonMs: 600_000,
      measures: [{ name: 'orders', kind: 'count', where: null }],
      batch: { everyMs: 300_000, reconcile: 'auto', tolerance: 0.001 },
      retention: { versions: 5, cellsMs: 400 * 86_400_000 },
      objectives: {},
      budget: null,
    })
  })

  it('reads the same from YAML text, JSON text, indented JSON text and a parsed document', () => {
    const expected = read(departures)
    const document: unknown = parse(departures)
    expect(read(document)).toEqual(expected)
    expect(read(JSON.stringify(document))).toEqual(expected)
    expect(read(JSON.stringify(document, null, '\t'))).toEqual(expected)
  })

  it.each(['departures', 'punctuality', 'route-minutes'])('reads the shipped sample %s', (name) => {
    expect(read(readFileSync(path.join(samples, `${name}.yaml`), 'utf8')).name).toBe(name)
  })

  it('lays measures out by name, whatever order the document was stored in', () => {
    const measures = { b: { count: true }, a: { sum: 'data.x' } }
    const reversed = { a: measures.a, b: measures.b }
    expect(read(withSpec({ measures }))).toEqual(read(withSpec({ measures: reversed })))
  })

  it('reads a bare operand of exact numbers raw, and no other', () => {
    expect(measure({ sum: 'data.price', type: 'decimal', scale: 2 })).toMatchObject({ raw: true, scale: 2 })
    expect(measure({ max: 'data.price', type: 'int' })).toMatchObject({ raw: true, scale: null })
    expect(measure({ sum: 'data.price' })).toMatchObject({ raw: false, type: 'float' })
    expect(measure({ sum: 'data.price * 2', type: 'decimal' })).toMatchObject({ raw: false })
    const text: FieldTypes = new Map([['price', 'string']])
    expect(measure({ sum: 'data.price', type: 'decimal' }, text)).toMatchObject({
      raw: true,
      of: { node: { op: 'field', type: 'number', path: ['price'] } },
    })
  })

  it('tells distinct values apart by their text', () => {
    expect(measure({ distinct: 'data.seat' })).toMatchObject({ of: { node: { op: 'fieldText' } } })
    expect(measure({ distinct: 'data.seat * 2' })).toMatchObject({ of: { node: { op: 'toText' } } })
    expect(measure({ distinct: 'data.seat' }, new Map([['seat', 'string']]))).toMatchObject({
      of: { node: { op: 'field', type: 'string' } },
    })
  })

  it('means the same without the schema it was checked against', () => {
    const fieldTypes: FieldTypes = new Map([
      ['planned', 'string'],
      ['actual', 'string'],
      ['seat', 'number'],
      ['unused', 'string'],
    ])
    const input = withSpec({
      filter: 'data.planned < data.actual',
      measures: { seats: { distinct: 'data.seat' } },
    })
    expect(problemsOf(input).map((problem) => problem.path)).toEqual(['spec.filter'])
    const typed = read(input, fieldTypes)
    expect(typed.fieldTypes).toEqual({ actual: 'string', planned: 'string', seat: 'number' })
    expect(read(formatDefinition(typed))).toEqual(typed)
    const changed: FieldTypes = new Map([['seat', 'string']])
    expect(problemsOf(formatDefinition(typed), changed)).toMatchObject([
      { path: 'spec.fields.seat', value: 'number', nearest: 'string' },
    ])
  })

  it('names its schema subject even where the rest is not valid', () => {
    expect(schemaSubjectOf('spec: { schema: a.b, window: 3 }')).toBe('a.b')
    expect(schemaSubjectOf('spec: [')).toBeNull()
    expect(schemaSubjectOf(minimal)).toBeNull()
  })
})

describe('a problem in a definition', () => {
  const thousand = 'x'.repeat(1000)
  it.each<[string, unknown, Partial<Problem>]>([
    ['an unknown field', withSpec({ windw: {} }), { path: 'spec.windw', nearest: 'window' }],
    [
      'an unknown nested field',
      withSpec({ window: { sise: '1m' } }),
      { path: 'spec.window.sise', nearest: 'size' },
    ],
    [
      'a missing field',
      withSpec({ window: {} }),
      { path: 'spec.window.size', value: null, expected: 'a value; it is required' },
    ],
    [
      'a number for a duration',
      withSpec({ window: { size: 10 } }),
      { path: 'spec.window.size', value: 10, nearest: '10s' },
    ],
    ['a spaced duration', withSpec({ window: { size: '5 M' } }), { path: 'spec.window.size', nearest: '5m' }],
    ['a short window', withSpec({ window: { size: '999ms' } }), { path: 'spec.window.size', nearest: '1s' }],
    ['a long window', withSpec({ window: { size: '32d' } }), { path: 'spec.window.size', nearest: '31d' }],
    [
      'an enum',
      withSpec({ lateness: { beyond: 'deffer' } }),
      { path: 'spec.lateness.beyond', expected: 'one of defer, include', nearest: 'defer' },
    ],
    [
      'a name',
      { ...minimal, metadata: { name: 'My Orders!' } },
      { path: 'metadata.name', nearest: 'my-orders' },
    ],
    ['a kind', { ...minimal, kind: 'pipeline' }, { path: 'kind', nearest: 'Pipeline' }],
    [
      'a version of the format',
      { ...minimal, apiVersion: 'parallax/v2' },
      { path: 'apiVersion', nearest: 'parallax/v1' },
    ],
    ['an event type', withSpec({ events: { type: 'a..b' } }), { path: 'spec.events.type', value: 'a..b' }],
    ['an expression', withSpec({ filter: 'data.x >' }), { path: 'spec.filter', value: 'data.x >' }],
    [
      'a filter that is no condition',
      withSpec({ filter: 'data.x + 1' }),
      { path: 'spec.filter', expected: 'true or false, but this gives a number (character 8)' },
    ],
    [
      'a key that is a number',
      withSpec({ key: ['data.a', 'data.b * 2'] }),
      { path: 'spec.key[1]', expected: 'text, but this gives a number (character 8)' },
    ],
    [
      'too many keys',
      withSpec({ key: ['data.a', 'data.a', 'data.a', 'data.a', 'data.a', 'data.a'] }),
      { path: 'spec.key', value: 6 },
    ],
    [
      'no measures',
      withSpec({ measures: {} }),
      { path: 'spec.measures', value: 0, expected: '1 to 50 measures' },
    ],
    [
      'a measure name',
      withSpec({ measures: { 'p-95': { count: true } } }),
      { path: 'spec.measures.p-95', value: 'p-95' },
    ],
    [
      'a prototype name',
      withSpec({ measures: JSON.parse('{"__proto__":{"count":true}}') }),
      { path: 'spec.measures.__proto__' },
    ],
    [
      'no kind of measure',
      withSpec({ measures: { m: {} } }),
      { path: 'spec.measures.m', expected: 'exactly one of count, sum, min, max, mean, distinct, quantile' },
    ],
    [
      'an unknown kind',
      withSpec({ measures: { m: { summ: 'data.x' } } }),
      { path: 'spec.measures.m.summ', nearest: 'sum' },
    ],
    [
      'two kinds',
      withSpec({ measures: { m: { sum: 'data.x', max: 'data.x' } } }),
      { path: 'spec.measures.m', value: ['sum', 'max'] },
    ],
    [
      'a count of false',
      withSpec({ measures: { m: { count: false } } }),
      { path: 'spec.measures.m.count', nearest: 'true' },
    ],
    [
      'a quantile without q',
      withSpec({ measures: { m: { quantile: 'data.x' } } }),
      { path: 'spec.measures.m.q', expected: 'a number above 0 and below 1' },
    ],
    [
      'a quantile of 1',
      withSpec({ measures: { m: { quantile: 'data.x', q: 1 } } }),
      { path: 'spec.measures.m.q', value: 1 },
    ],
    [
      'a number type',
      withSpec({ measures: { m: { sum: 'data.x', type: 'integer' } } }),
      { path: 'spec.measures.m.type', expected: 'one of int, float, decimal' },
    ],
    [
      'a scale without decimal',
      withSpec({ measures: { m: { sum: 'data.x', scale: 2 } } }),
      { path: 'spec.measures.m.scale' },
    ],
    [
      'a large scale',
      withSpec({ measures: { m: { sum: 'data.x', type: 'decimal', scale: 19 } } }),
      { path: 'spec.measures.m.scale', expected: 'a whole number from 0 to 18' },
    ],
    [
      'a stray type',
      withSpec({ measures: { m: { distinct: 'data.x', type: 'int' } } }),
      { path: 'spec.measures.m.type' },
    ],
    [
      'a tolerance that is no number',
      withSpec({ batch: { tolerance: NaN } }),
      { path: 'spec.batch.tolerance' },
    ],
    [
      'versions',
      withSpec({ retention: { versions: 2.5 } }),
      { path: 'spec.retention.versions', expected: 'a whole number from 1 to 100' },
    ],
    [
      'more keys in a window than any may have',
      withSpec({ limits: { keysPerWindow: 1_000_001 } }),
      { path: 'spec.limits.keysPerWindow', expected: 'a whole number from 1 to 1000000' },
    ],
    [
      'an objective',
      withSpec({ objectives: { freshnes: {} } }),
      { path: 'spec.objectives.freshnes', nearest: 'freshness' },
    ],
    [
      'an objective without its bound',
      withSpec({ objectives: { latency: { target: 0.9 } } }),
      { path: 'spec.objectives.latency.under' },
    ],
    [
      'a target of 1',
      withSpec({ objectives: { latency: { target: 1, under: '1s' } } }),
      { path: 'spec.objectives.latency.target' },
    ],
    [
      'a bound that another objective has',
      withSpec({ objectives: { backlog: { target: 0.9, under: '1s' } } }),
      { path: 'spec.objectives.backlog.under', expected: 'one of the fields target, events, window' },
    ],
    [
      'a window longer than figures are kept',
      withSpec({ objectives: { jobs: { target: 0.9, window: '500d' } } }),
      { path: 'spec.objectives.jobs.window', nearest: '400d' },
    ],
    ['a currency', withSpec({ budget: { monthly: 1, currency: 'usd' } }), { path: 'spec.budget.currency' }],
    [
      'a quota',
      withSpec({ budget: { monthly: 1, currency: 'USD', quota: { backfillBytesPerDay: 5e10 } } }),
      { path: 'spec.budget.quota.backfillBytesPerDay', nearest: '50GB' },
    ],
    ['a tag', { ...minimal, metadata: { name: 'x', tags: { a: 1 } } }, { path: 'metadata.tags.a', value: 1 }],
    [
      'long text, shortened',
      { ...minimal, metadata: { name: 'x', title: thousand } },
      { path: 'metadata.title', value: `${'x'.repeat(200)}…` },
    ],
    [
      'a declared type',
      withSpec({ fields: { a: 'text' } }),
      { path: 'spec.fields.a', expected: 'one of number, string, boolean' },
    ],
    ['no document', '', { path: '', expected: 'an object with apiVersion, kind, metadata, spec' }],
    ['a list', [], { path: '' }],
    ['nothing', undefined, { path: '', value: null }],
  ])('names path, value, expectation and nearest choice: %s', (_, input, problem) => {
    expect(problemsOf(input)).toContainEqual(expect.objectContaining(problem))
  })

  it('does not hide the others', () => {
    const input = withSpec({
      window: { size: 0 },
      filter: '1',
      extra: 1,
      measures: { m: { sum: 'data.a &&' } },
    })
    expect(
      problemsOf(input)
        .map((problem) => problem.path)
        .sort(),
    ).toEqual(['spec.extra', 'spec.filter', 'spec.measures.m.sum', 'spec.window.size'])
  })

  it('is reported once', () => {
    expect(problemsOf(withSpec({ events: { type: 3 } }))).toHaveLength(1)
    expect(problemsOf({ ...minimal, metadata: {} })).toHaveLength(1)
  })
})

describe('hostile YAML is refused', () => {
  it.each([
    ['aliases', 'a: &a [1]\nb: *a', 'without YAML aliases'],
    ['duplicate keys', 'kind: Pipeline\nkind: Pipeline', 'unique'],
    ['duplicate keys in JSON', '{"kind": "Pipeline", "kind": "Pipeline"}', 'unique'],
    ['several documents', 'a: 1\n---\nb: 1', 'YAML'],
    ['unknown tags', 'a: !!js/function "x"', 'YAML'],
    ['bad syntax', 'a: [1', 'YAML'],
    ['a large text', `a: ${'x'.repeat(70_000)}`, 'at most 65536 bytes'],
    ['deep brackets', '['.repeat(30_000), 'nested at most'],
    ['deep blocks', Array.from({ length: 60 }, (_, n) => `${' '.repeat(n)}a:`).join('\n'), 'nested at most'],
    ['deep sequences', `${'- '.repeat(10_000)}1`, 'nested at most'],
  ])('%s', (_, text, expected) => {
    const problems = problemsOf(text)
    expect(problems).toHaveLength(1)
    expect(problems[0]?.expected).toContain(expected)
  })

  it('names of prototypes and merge keys are but unknown fields', () => {
    const text = '__proto__: { polluted: true }\n<<: { kind: Pipeline }\nconstructor: 1\n'
    expect(problemsOf(text).map((problem) => problem.path)).toEqual(
      expect.arrayContaining(['__proto__', '["<<"]', 'constructor']),
    )
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('a cyclic value too', () => {
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    expect(problemsOf(cycle)[0]?.expected).toBe('a document that can be written as JSON')
  })
})
