import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuck, type Duck } from '../../clients'
import type { FieldType, Node } from '../types'
import { interpret, type ExpressionEvent } from './interpret'
import { expressionSql } from './sql'
import type { SqlRelation } from './sql-fields'
import { anyEvent } from './testing-events'
import { anyExpression } from './testing-expressions'

const sqlTypes = { n: 'DOUBLE', s: 'VARCHAR', b: 'BOOLEAN' } as const

let duck: Duck
beforeAll(async () => {
  duck = await openDuck({ threads: 1 })
})
afterAll(() => {
  duck.close()
})

describe('expressions in DuckDB', () => {
  it(
    '[law 2] give what the interpreter gives, on any expression and event',
    { timeout: 240_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyEvent, { minLength: 1, maxLength: 40 }),
          fc.array(anyExpression, { minLength: 1, maxLength: 25 }),
          fc.boolean(),
          async (events, nodes, shredded) => {
            const relation = await load(events, shredded)
            await compare(nodes, events, relation)
          },
        ),
        { numRuns: Number(process.env.EXPRESSION_RUNS ?? 60) },
      )
    },
  )

  it('print numbers as JavaScript does', { timeout: 60_000 }, async () => {
    const doubles = fc.sample(
      fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-4, max: 1, noNaN: true }),
        fc.double({ min: 1e13, max: 2 ** 53, noNaN: true }),
        fc.integer({ min: -(10 ** 9), max: 10 ** 9 }).map((cents) => cents / 100),
        fc.maxSafeInteger(),
      ),
      100_000,
    )
    const events = doubles.map((x) => eventOf({ x }))
    const text: Node = { op: 'fieldText', type: 'string', path: ['x'] }
    await compare([text], events, await load(events, true))
  })

  it('read numbers as JavaScript does', { timeout: 60_000 }, async () => {
    const digits = fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 })
      .map((d) => d.join(''))
    const texts = fc.sample(
      fc
        .tuple(
          fc.constantFrom('', '-', '+'),
          digits,
          fc.option(digits),
          fc.option(fc.integer({ min: -400, max: 400 })),
        )
        .map(
          ([sign, whole, part, power]) =>
            `${sign}${whole}${part === null ? '' : `.${part}`}${power === null ? '' : `e${power}`}`,
        ),
      50_000,
    )
    texts.push(
      '9'.repeat(400),
      `0.${'0'.repeat(400)}1`,
      `${'1'.repeat(800)}e-790`,
      '2.2250738585072011e-308',
      '9007199254740993',
      '1e+2',
      '1e+',
      '1E+05',
      '١',
    )
    const events = texts.map((x) => eventOf({ x }))
    const value: Node = { op: 'fieldNumber', type: 'number', path: ['x'] }
    await compare([value], events, await load(events, true))
  })

  it('find their function though an operand is a text literal or the NULL of an absent column', async () => {
    const absent: Node = { op: 'field', type: 'string', path: ['absent'] }
    const literal: Node = { op: 'literal', type: 'string', value: 'a' }
    const text: Node = { op: 'concat', type: 'string', args: [literal, absent] }
    const nodes: Node[] = [
      { op: 'contains', type: 'boolean', args: [literal, text] },
      { op: 'startsWith', type: 'boolean', args: [text, literal] },
      { op: 'endsWith', type: 'boolean', args: [text, text] },
      { op: 'length', type: 'number', args: [text] },
      { op: 'upperAscii', type: 'string', args: [text] },
      { op: 'toNumber', type: 'number', args: [text] },
    ]
    const events = [eventOf({ x: 1 })]
    await compare(nodes, events, await load(events, true))
  })

  it('do not take a field for another that differs by case only', async () => {
    const field = (name: string): Node => ({ op: 'field', type: 'number', path: [name] })
    const events = [eventOf({ Delay: 1 }), eventOf({ delay: 2 }), eventOf({ delay: 3, Delay: 4 })]
    await compare([field('delay'), field('Delay'), field('DELAY')], events, await load(events, true))
  })

  it('stay short and true when nested as deep as allowed', async () => {
    const field: Node = { op: 'field', type: 'number', path: ['x'] }
    let sum: Node = field
    let choice: Node = { op: 'field', type: 'boolean', path: ['c'] }
    for (let depth = 0; depth < 60; depth += 1) {
      sum = { op: depth % 2 === 0 ? 'mul' : 'sub', type: 'number', args: [sum, field] }
      const test: Node = {
        op: 'gt',
        type: 'boolean',
        args: [field, { op: 'literal', type: 'number', value: depth }],
      }
      choice = {
        op: 'if',
        type: 'boolean',
        args: [choice, test, { op: 'not', type: 'boolean', args: [test] }],
      }
    }
    const events = [
      { x: 2, c: true },
      { x: 1e10, c: false },
      { x: 30.5, c: true },
      { c: true },
      { x: -1 },
    ].map(eventOf)
    const relation = await load(events, true)
    expect(expressionSql(sum, relation).length).toBeLessThan(20_000)
    expect(expressionSql(choice, relation).length).toBeLessThan(40_000)
    await compare([sum, choice], events, relation)
  })
})

function eventOf(data: unknown): ExpressionEvent {
  return { id: 'id', source: 'source', type: 'type', subject: null, data }
}

async function compare(nodes: Node[], events: ExpressionEvent[], relation: SqlRelation): Promise<void> {
  const selected = nodes.map((node, at) => `${expressionSql(node, relation)} AS r${at}`)
  const rows = await duck.rows<Record<string, unknown>>(
    `SELECT ${selected.join(', ')} FROM events ORDER BY seq`,
  )
  expect(rows.length).toBe(events.length)
  for (const [row, event] of events.entries()) {
    for (const [at, node] of nodes.entries()) {
      const expected = interpret(node, event)
      const found = rows[row]?.[`r${at}`]
      if (found !== expected) {
        expect.fail(
          `${JSON.stringify(node)}\non ${JSON.stringify(event)}\ngives ${JSON.stringify(found)}, not ${JSON.stringify(expected)}\n${expressionSql(node, relation)}`,
        )
      }
    }
  }
}

/** A table as the archive has it: shredded columns where a value occurs, and the JSON text. */
async function load(events: ExpressionEvent[], shredded: boolean): Promise<SqlRelation> {
  const found = new Map<string, unknown[]>()
  events.forEach((event, row) => {
    shred(event.data, [], (prefix, path, value) => {
      const name = `${prefix}:${path.join('.')}`
      const column = found.get(name) ?? events.map(() => null)
      column[row] = value
      found.set(name, column)
    })
  })
  // DuckDB cannot hold two columns that differ by case only, so a real table has but one of them.
  const created = new Map([...found].map(([name, column]) => [name.toLowerCase(), { name, column }]))
  const columns = [...created.values()].slice(0, shredded ? undefined : 0)
  const definitions = columns.map(
    ({ name }) => `"${name.replaceAll('"', '""')}" ${sqlTypes[name[0] as keyof typeof sqlTypes]}`,
  )
  await duck.run(
    `CREATE OR REPLACE TABLE events (${['seq BIGINT', 'id VARCHAR', 'source VARCHAR', 'subject VARCHAR', 'data VARCHAR', ...definitions].join(', ')})`,
  )
  await duck.appendColumns('events', [
    events.map((_, row) => row),
    events.map((event) => event.id),
    events.map((event) => event.source),
    events.map((event) => event.subject),
    events.map((event) => JSON.stringify(event.data)),
    ...columns.map(({ column }) => column),
  ])
  return { shredded, columns: new Set(found.keys()), eventType: events[0]?.type ?? '' }
}

function shred(
  data: unknown,
  path: string[],
  emit: (prefix: string, path: string[], value: unknown) => void,
): void {
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
    for (const [name, value] of Object.entries(data)) {
      if (path.length < 4 && !name.includes('.')) shred(value, [...path, name], emit)
    }
    return
  }
  const prefixes: Partial<Record<string, string>> = {
    number: 'n',
    string: 's',
    boolean: 'b',
  } satisfies Record<FieldType, string>
  const prefix = prefixes[typeof data]
  if (prefix !== undefined && path.length > 0) emit(prefix, path, data)
}
