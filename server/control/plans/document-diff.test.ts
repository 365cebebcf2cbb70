import { expect, test } from 'vitest'
import { documentDiff } from './document-diff'

test('fields that differ are named with what they were and will be, in order', () => {
  const before = {
    spec: { window: { size: '10s' }, key: ['a', 'b'], filter: 'x > 0', measures: { n: { count: true } } },
  }
  const after = {
    spec: { window: { size: '1m' }, key: ['a'], measures: { n: { count: true }, s: { sum: 'x' } } },
  }
  expect(documentDiff(before, after)).toEqual([
    { path: 'spec.filter', before: 'x > 0', after: null },
    { path: 'spec.key', before: '["a","b"]', after: '["a"]' },
    { path: 'spec.measures.s.sum', before: null, after: 'x' },
    { path: 'spec.window.size', before: '10s', after: '1m' },
  ])
})

test('equal documents do not differ, whatever the order of their fields', () => {
  expect(documentDiff({ a: 1, b: { c: 2 } }, { b: { c: 2 }, a: 1 })).toEqual([])
})
