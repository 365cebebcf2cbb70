import { expect, test } from 'vitest'
import { csvRows } from './csv'

test('fields are quoted where needed and missing ones stay empty', () => {
  expect(csvRows([['a,b', 'say "x"', null, undefined, 0]])).toBe('"a,b","say ""x""",,,0\r\n')
})

test('a text that a spreadsheet would run is defused; a number keeps its sign', () => {
  expect(csvRows([['=1+1', '@x', '-1.50', -2]])).toBe("'=1+1,'@x,-1.50,-2\r\n")
})
