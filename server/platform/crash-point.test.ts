import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { rooms } from '../rooms.mjs'
import { readCrashAt } from './crash-point'

describe('a crash point', () => {
  it('is read with the pass it kills at, the first if none is said', () => {
    expect(readCrashAt('speed.commit.inside:7')).toEqual({ name: 'speed.commit.inside', pass: 7 })
    expect(readCrashAt(' archive.segment.before-rename ')).toEqual({
      name: 'archive.segment.before-rename',
      pass: 1,
    })
    expect(readCrashAt(undefined)).toBeNull()
    expect(readCrashAt('')).toBeNull()
  })

  it.each(['speed', 'speed.commit', 'speed.commit.inside:0', 'speed.commit.inside:x', 'a.b.c.d', 'A.b.c'])(
    'refuses %s and says how to write one',
    (text) => {
      expect(() => readCrashAt(text)).toThrow('Write <room>.<what>.<where>:<pass>')
    },
  )

  it('is placed once under each name, which starts with a room and which the fault suite passes', () => {
    const placed = readdirSync('server', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/\.i?test\.ts$/.test(file))
      .flatMap((file) => [...readFileSync(`server/${file}`, 'utf8').matchAll(/crashPoint\('([^']*)'\)/g)])
      .map(([, name]) => name ?? '')
    expect(placed.length).toBeGreaterThan(0)
    expect(placed).toEqual([...new Set(placed)])
    const suite = readFileSync('e2e/faults/crash-points.ftest.ts', 'utf8')
    expect(placed.filter((name) => !suite.includes(`'${name}'`))).toEqual([])
    for (const name of placed) expect(Object.keys(rooms)).toContain(readCrashAt(name)?.name.split('.')[0])
  })
})
