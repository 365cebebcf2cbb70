import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { rooms } from './rooms.mjs'

const architecture = readFileSync(path.join(import.meta.dirname, '..', 'ARCHITECTURE.md'), 'utf8')
const names = Object.keys(rooms)
const table = [
  '| room | may import |',
  '|---|---|',
  ...Object.entries(rooms).map(
    ([name, { imports }]) => `| \`server/${name}\` | ${imports.length > 0 ? imports.join(', ') : '–'} |`,
  ),
].join('\n')

test('ARCHITECTURE.md prints the import table that dependency-cruiser enforces', () => {
  const printed = /<!-- rooms:start -->\s*([^]*?)\s*<!-- rooms:end -->/.exec(architecture)?.[1]
  expect(
    printed?.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---').replaceAll('| --- | --- |', '|---|---|'),
  ).toBe(table)
})

test('a room imports only rooms above it', () => {
  Object.entries(rooms).forEach(([name, { imports }], index) => {
    const above = names.slice(0, index)
    expect(above, `server/${name}`).toEqual(expect.arrayContaining(imports))
  })
})

test('every folder of server is a room with rules', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(folders))
})

test('speed and batch do not know each other', () => {
  expect(rooms.speed.imports).not.toContain('batch')
  expect(rooms.batch.imports).not.toContain('speed')
})
