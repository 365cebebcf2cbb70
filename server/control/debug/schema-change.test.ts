import { expect, test } from 'vitest'
import { schemaChange } from './schema-change'

const schema = (properties: Record<string, unknown>, required: string[] = []) =>
  JSON.stringify({ type: 'object', properties, required })

test('fields that came, went or changed are named by their path, also below others', () => {
  const before = schema({
    a: { type: 'string' },
    b: { type: 'number' },
    c: { type: 'object', properties: { d: {} } },
  })
  const after = schema({
    a: { type: 'string' },
    b: { type: 'integer' },
    c: { type: 'object', properties: { e: {} } },
  })
  expect(schemaChange(before, after)).toEqual({ added: ['c.e'], removed: ['c.d'], changed: ['b'] })
})

test('a field that becomes required has changed; the order of keys has not', () => {
  const before = JSON.stringify({ properties: { a: { type: 'string', minLength: 1 } } })
  const after = JSON.stringify({ properties: { a: { minLength: 1, type: 'string' } }, required: ['a'] })
  expect(schemaChange(before, after)).toEqual({ added: [], removed: [], changed: ['a'] })
  expect(schemaChange(before, before)).toEqual({ added: [], removed: [], changed: [] })
})

test('a first version changes nothing', () => {
  expect(schemaChange(null, schema({ a: {} }))).toBeNull()
})
