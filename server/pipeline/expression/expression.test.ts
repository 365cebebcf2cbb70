import { describe, expect, it } from 'vitest'
import type { FieldType } from '../types'
import { compileExpression } from './compile'
import { interpret } from './interpret'
import { parseExpression } from './parse'

const event = {
  id: 'e-1',
  source: 's',
  type: 'flight.departed',
  subject: null,
  data: {
    a: 1,
    b: 'Text',
    c: true,
    n: null,
    deep: { x: 2, 'odd name': 'o', list: [1] },
    digits: '12.5',
    constructor: 'own',
  },
}

function evaluate(text: string, expected: FieldType) {
  const parsed = parseExpression(text, expected)
  if (!parsed.ok) throw new Error(parsed.problem.expected)
  const { node } = parsed.expression
  const columns = Object.fromEntries(Object.entries(event.data).map(([name, value]) => [name, [value]]))
  const batch = {
    columns,
    type: event.type,
    id: [event.id],
    source: [event.source],
    subject: [event.subject],
  }
  const compiled = compileExpression(node)(batch, 0)
  expect(compiled).toEqual(interpret(node, event))
  return compiled
}

describe('an expression', () => {
  it.each<[string, FieldType, unknown]>([
    ['data.a + 1', 'number', 2],
    ['data.a / 0', 'number', null],
    ['-data.a % 2', 'number', -1],
    ['data.b + "!"', 'string', 'Text!'],
    ['data.b + "!" == "Text!"', 'boolean', true],
    ['data.n > 1', 'boolean', null],
    ['data.n > 1 || data.c', 'boolean', true],
    ['data.n > 1 && data.c', 'boolean', null],
    ['data.n > 1 && !data.c', 'boolean', false],
    ['data.n == null && data.absent == null && data.a != null', 'boolean', true],
    ['has(data.deep.x) && !has(data.deep.y) && has(data["deep"])', 'boolean', true],
    ['data.deep["odd name"]', 'string', 'o'],
    ['data.deep.constructor == null', 'boolean', true],
    ['data.constructor', 'string', 'own'],
    ['data.deep.list.length == null', 'boolean', true],
    ['subject == null', 'boolean', true],
    ['id + "/" + source + "/" + type', 'string', 'e-1/s/flight.departed'],
    ['data.c ? "yes" : "no"', 'string', 'yes'],
    ['data.n ? "yes" : "no"', 'string', null],
    ['data.a == 1 ? null : data.a', 'number', null],
    ['data.a in [3, 2, 1]', 'boolean', true],
    ['data.a in [3, 2, data.nothing]', 'boolean', null],
    ['data.b in ["a","b","c","d","e","f","g","Text"]', 'boolean', true],
    ['data.b.startsWith("Te") && data.b.endsWith("xt") && data.b.contains("ex")', 'boolean', true],
    ['data.b.lowerAscii() + data.b.upperAscii()', 'string', 'textTEXT'],
    ['size(data.b) + "😀".size()', 'number', 5],
    ['string(data.a) + string(data.c) + string(data.b) + string(data.deep.x * 1.5)', 'string', '1trueText3'],
    ['double(data.digits)', 'number', 12.5],
    ['double(data.a)', 'number', 1],
    ['double("0x10")', 'number', null],
    ['int(data.digits)', 'number', 12],
    ['int(-1.5)', 'number', -1],
    ['"😀" > "\\uffee"', 'boolean', true],
  ])('%s gives a %s: %j', (text, type, value) => {
    expect(evaluate(text, type)).toEqual(value)
  })
})
