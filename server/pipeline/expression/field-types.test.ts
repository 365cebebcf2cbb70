import { expect, it } from 'vitest'
import { fieldTypesOf } from './field-types'

it('reads the types of fields from a JSON Schema, through references, nesting and choices', () => {
  const schema = {
    type: 'object',
    allOf: [{ properties: { more: { type: 'boolean' } } }],
    properties: {
      count: { type: 'integer' },
      note: { type: ['string', 'null'] },
      either: { type: ['string', 'number'] },
      kind: { enum: ['a', 'b', null] },
      fixed: { const: 3 },
      mixed: { enum: ['a', 1] },
      choice: { anyOf: [{ type: 'number' }, { type: 'null' }] },
      list: { type: 'array', items: { type: 'string' } },
      deep: { $ref: '#/$defs/deep' },
      free: {},
      any: true,
      conflict: { type: 'string', allOf: [{ type: 'number' }] },
      broken: { $ref: '#/$defs/none' },
    },
    $defs: {
      deep: { type: 'object', properties: { x: { type: 'number' }, again: { $ref: '#/$defs/deep' } } },
    },
  }
  const types = fieldTypesOf(schema)
  expect(Object.fromEntries([...types].filter(([path]) => !path.startsWith('deep.again.')))).toEqual({
    more: 'boolean',
    count: 'number',
    note: 'string',
    either: 'unknown',
    kind: 'string',
    fixed: 'number',
    mixed: 'unknown',
    choice: 'number',
    list: 'composite',
    deep: 'composite',
    'deep.x': 'number',
    'deep.again': 'composite',
    free: 'unknown',
    any: 'unknown',
    conflict: 'unknown',
    broken: 'unknown',
  })
  expect(types.size).toBeLessThan(40)
  expect(fieldTypesOf('nonsense').size).toBe(0)
})
