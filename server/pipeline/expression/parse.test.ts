import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FieldType, Node } from '../types'
import { pathText } from './check-variables'
import type { FieldTypes } from './field-types'
import { parseExpression } from './parse'
import { declaredTypes } from './testing-events'
import { anyExpression } from './testing-expressions'

const operators: Partial<Record<Node['op'], string>> = {
  and: '&&',
  or: '||',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  add: '+',
  concat: '+',
  sub: '-',
  mul: '*',
  div: '/',
  mod: '%',
}

function celText(node: Node): string {
  const args = 'args' in node ? node.args.map(celText) : []
  const [a = '', b = '', c = ''] = args
  const operator = operators[node.op]
  if (operator !== undefined) return `(${a} ${operator} ${b})`
  switch (node.op) {
    case 'literal':
      return Number.isInteger(node.value) ? String(BigInt(node.value as number)) : JSON.stringify(node.value)
    case 'attribute':
      return node.name
    case 'field':
      return pathText(node.path)
    case 'fieldText':
      return `string(${pathText(node.path)})`
    case 'fieldNumber':
      return `double(${pathText(node.path)})`
    case 'isPresent':
      return `has(${pathText(node.path)})`
    case 'isNull':
      return `(${a} == null)`
    case 'isNotNull':
      return `(null != ${a})`
    case 'not':
      return `!(${a})`
    case 'neg':
      return `-(${a})`
    case 'in':
      return `(${a} in [${args.slice(1).join(', ')}])`
    case 'if':
      return `(${a} ? ${b} : ${c})`
    case 'length':
      return `size(${a})`
    case 'toText':
      return `string(${a})`
    case 'toNumber':
      return `double(${a})`
    case 'truncate':
      return `int(${a})`
    case 'lowerAscii':
    case 'upperAscii':
      return `(${a}).${node.op}()`
    default:
      return `(${a}).${node.op}(${b})`
  }
}

/** The CEL parser drops pairs of `!` and of `-`. */
function simplified(node: Node): Node {
  if (!('args' in node)) return node
  const args = node.args.map(simplified)
  const [only] = args
  if ((node.op === 'not' || node.op === 'neg') && only?.op === node.op) return only.args[0]
  // What a cancelled double negation leaves may be a bare field, whose null test is one of presence.
  if ((node.op === 'isNull' || node.op === 'isNotNull') && only?.op === 'field') {
    const present: Node = { op: 'isPresent', type: 'boolean', path: only.path }
    return node.op === 'isNull' ? { op: 'not', type: 'boolean', args: [present] } : present
  }
  return { ...node, args } as Node
}

function parsed(
  text: string,
  expected: FieldType | FieldType[] = 'boolean',
  fieldTypes: FieldTypes = new Map(),
) {
  return parseExpression(text, expected, { fieldTypes, path: 'spec.filter' })
}

describe('the text of an expression', () => {
  it('parses to the tree it was written from', () => {
    fc.assert(
      fc.property(anyExpression, (node) => {
        const text = celText(node)
        fc.pre(Buffer.byteLength(text) <= 4096)
        const type = node.type as FieldType
        expect(parsed(text, type, declaredTypes)).toEqual({
          ok: true,
          expression: { text, node: simplified(node) },
        })
      }),
      { numRuns: 400 },
    )
  })

  it.each<[string, FieldType | FieldType[], object]>([
    ['data.a', 'number', { op: 'field', type: 'number' }],
    ['data.a', ['string', 'number'], { op: 'fieldText' }],
    ['data.a == 1', 'boolean', { args: [{ type: 'number' }, { value: 1 }] }],
    ['"x" != data.a', 'boolean', { args: [{ value: 'x' }, { type: 'string' }] }],
    ['data.a == (data.b > 1)', 'boolean', { args: [{ type: 'boolean' }, { op: 'gt' }] }],
    ['data.a + data.b > 1', 'boolean', { args: [{ op: 'add' }, { value: 1 }] }],
    ['data.a + data.b', 'string', { op: 'concat' }],
    ['data.a + data.b', 'number', { op: 'add' }],
    ['data.a + "x" == data.b', 'boolean', { args: [{ op: 'concat' }, { type: 'string' }] }],
    ['(data.c ? data.a : data.b) == 1', 'boolean', { args: [{ op: 'if', type: 'number' }, { value: 1 }] }],
    [
      'data.a in [data.b, "x"]',
      'boolean',
      { args: [{ type: 'string' }, { type: 'string' }, { value: 'x' }] },
    ],
    ['int(data.a)', 'number', { op: 'truncate', args: [{ op: 'fieldNumber' }] }],
    ['data.a == null', 'boolean', { op: 'not', args: [{ op: 'isPresent', path: ['a'] }] }],
    ['0x1F', 'number', { value: 31 }],
    [Array.from({ length: 90 }, (_, n) => `data.a == ${n}`).join(' || '), 'boolean', { op: 'or' }],
  ])('%s, wanted as %s, takes its types from context', (text, expected, node) => {
    const result = parsed(text, expected)
    expect(result).toMatchObject({ ok: true, expression: { node } })
  })

  it('takes declared types over the context', () => {
    const types: FieldTypes = new Map([
      ['a', 'string'],
      ['o', 'composite'],
      ['u', 'unknown'],
    ])
    expect(parsed('data.a == data.b', 'boolean', types).ok).toBe(true)
    expect(parsed('data.u == 1', 'boolean', types).ok).toBe(true)
    expect(parsed('data.a == 1', 'boolean', types)).toMatchObject({
      problem: { expected: expect.stringContaining('text, but this gives a number') as string },
    })
    expect(parsed('data.a', 'number', types)).toMatchObject({ problem: { nearest: 'double(data.a)' } })
    expect(parsed('string(data.o) == "x"', 'boolean', types)).toMatchObject({
      problem: { expected: expect.stringContaining('object or a list') as string },
    })
    expect(parsed('data.o != null', 'boolean', types).ok).toBe(true)
  })
})

describe('a refused expression', () => {
  it.each<[string, string, string?]>([
    ['', 'the text is empty'],
    [' \n', 'the text is empty'],
    ['data.a >', 'CEL syntax'],
    ['data.a > 1)', 'CEL syntax'],
    ['data.a = 1', 'CEL syntax'],
    ["data.a == 'x", 'CEL syntax'],
    ['"\\ud800" == data.a', 'CEL syntax'],
    ['data.a == "\ud800"', 'valid Unicode'],
    ['data.a == "\\u0000"', 'without NUL'],
    [`data.a == "${'x'.repeat(5000)}"`, 'at most 4096 bytes'],
    [`${'('.repeat(70)}true${')'.repeat(70)}`, 'at most 64 deep'],
    [`${'data.a + '.repeat(70)}1 > 0`, 'at most 64 deep'],
    [`${'true ? true : '.repeat(280)}true`, 'at most 64 deep'],
    ['data.a + 1', 'true or false, but this gives a number (character 8)'],
    ['null', 'always null'],
    ['data', 'a field of data'],
    ['origin == "x"', 'there is no origin', 'data.origin'],
    ['event.origin == "x"', 'there is no event.origin', 'data.event.origin'],
    ['data[0] == 1', 'an index by literal text'],
    ['data[data.x] == 1', 'an index by literal text'],
    ['data[""] == 1', 'a field name'],
    ['data.__proto__ == 1', 'a field name'],
    ['has(data.__proto__)', 'a field name'],
    [`data${'.a'.repeat(17)} == 1`, 'at most 16 names'],
    ['data.a.matches("x")', 'matches() is not supported'],
    ['data.a.startWith("x")', 'startWith() is not supported', 'startsWith'],
    ['data.a.toLower() == "x"', 'toLower() is not supported', 'lowerAscii'],
    ['len(data.a) > 1', 'len() is not supported', 'size'],
    ['timestamp(data.a) > timestamp(data.b)', 'timestamp() is not supported'],
    ['data.a.exists(x, x > 1)', 'a macro over a list'],
    ['[1, 2] == data.a', 'a list is not supported'],
    ['{"a": 1} == data.a', 'a map is not supported'],
    ['Foo{a: 1} == data.a', 'a message of type Foo'],
    ['data.a == b"x"', 'a bytes literal'],
    ['data.a == 1u', 'unsigned literals', '1'],
    ['data.a == 9007199254740993', 'does not fit', '9007199254740992'],
    ['data.a == 1e400', 'below 1.8e308'],
    ['data.a in []', 'at least one value'],
    ['data.a in data.b', 'a list after `in`'],
    ['data.a in [null]', 'values other than null'],
    ['data.a in [1, "x"]', 'a number, but this gives text'],
    ['data.a == data.b', 'double(data.a) or string(data.a)', 'string(data.a)'],
    ['data.a < data.b', 'values whose type is known', 'string(data.a)'],
    ['data.a < null', 'values other than null'],
    ['null == null', 'to compare with null'],
    ['true < false', 'numbers or text on both sides of an order'],
    ['true + false', 'numbers or text on both sides of `+`'],
    ['1 + "x" == "1x"', 'a number, but this gives text'],
    ['data.a && 1', 'true or false, but this gives a number'],
    ['!data.a == 1', 'true or false, but this gives a number'],
    ['size(data.a, 1) > 1', 'one value in the brackets'],
    ['size(1) > 1', 'text, but this gives a number'],
    ['data.a.startsWith()', 'the form data.x.startsWith("text")'],
    ['startsWith(data.a, "x")', 'the form data.x.startsWith("text")'],
    ['has(data)', 'has() of a field'],
    ['has(id)', 'has() of a field'],
    ['string(null) == "x"', 'not null'],
    ['double(true) > 1', 'a number or text in double() and int()'],
    ['type(data.a) == "x"', 'type() is not supported'],
    ['data.a.b() == 1', 'b() is not supported'],
  ])('%s', (text, message, nearest) => {
    const result = parsed(text)
    if (result.ok) throw new Error(`accepted as ${JSON.stringify(result.expression.node)}`)
    expect(result.problem).toMatchObject({
      path: 'spec.filter',
      value: text.length > 200 ? `${text.slice(0, 200)}…` : text,
    })
    expect(result.problem.expected).toContain(message)
    expect(result.problem.nearest).toBe(nearest)
  })

  it('never throws, whatever the text', () => {
    const pieces = fc.constantFrom(
      'data',
      '.',
      'a',
      '[',
      ']',
      '"x"',
      '(',
      ')',
      '+',
      '-',
      '==',
      '&&',
      '!',
      '?',
      ':',
      '1',
      'has(',
      'in',
      ',',
      'null',
      'u',
      ' ',
      'size',
      '{',
      '}',
    )
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 14 }),
        (parts) => typeof parsed(parts.join('')).ok === 'boolean',
      ),
      { numRuns: 2000 },
    )
  })
})
