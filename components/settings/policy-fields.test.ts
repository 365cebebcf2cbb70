import { expect, it } from 'vitest'
import { readBytes, readCells, writeBytes } from './policy-fields'

it.each([
  ['', null],
  ['1,000,000', 1_000_000],
  ['12 000', 12_000],
  ['0', 'invalid'],
  ['-1', 'invalid'],
  ['1.5', 'invalid'],
  ['many', 'invalid'],
])('cells %j are %j', (text, cells) => {
  expect(readCells(text)).toBe(cells)
})

it.each([
  ['', null],
  ['2 GB', 2e9],
  ['1.5gb', 1.5e9],
  ['500MB', 5e8],
  ['1024', 1024],
  ['0 GB', 'invalid'],
  ['GB', 'invalid'],
  ['1 PB', 'invalid'],
])('a size of %j is %j', (text, bytes) => {
  expect(readBytes(text)).toBe(bytes)
})

it.each([1, 999, 1000, 1024, 2e9, 1.5e9, 7e12])('%d bytes are written so that they read back', (bytes) => {
  expect(readBytes(writeBytes(bytes))).toBe(bytes)
})
