import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { EngineCell } from './engine'
import { VersionDigest } from './version-lines'

const cell = (key: string, accText: string, sketchHex: string | null = null): EngineCell => ({
  windowStart: 60_000,
  key,
  accText,
  sketchHex,
})

describe('the digest of a version', () => {
  const cells = [cell('a', '{3,1.50}', 'ff00'), cell('b\t\\\n', '{2,NULL}'), cell('', '{1}')]

  it('[law 3] does not depend on how the cells are split, nor on sketches', () => {
    const whole = new VersionDigest()
    whole.lines(cells)
    const split = new VersionDigest()
    for (const each of cells) split.lines([{ ...each, sketchHex: null }])
    const figures = whole.figures()
    expect(split.figures()).toEqual(figures)
    expect(figures).toEqual({
      rows: 3,
      events: 6,
      digest: createHash('sha256')
        .update('60000\ta\t{3,1.50}\n60000\tb\\t\\\\\\n\t{2,NULL}\n60000\t\t{1}\n')
        .digest('hex'),
    })
  })

  it('[law 3] changes with a window, a key, a slot or the order', () => {
    const digests = [
      cells,
      [...cells].reverse(),
      cells.slice(1),
      cells.map((c) => ({ ...c, windowStart: c.windowStart + 1 })),
      cells.map((c) => ({ ...c, accText: c.accText.replace('1', '4') })),
    ].map((each) => {
      const digest = new VersionDigest()
      digest.lines(each)
      return digest.figures().digest
    })
    expect(new Set(digests).size).toBe(digests.length)
  })

  it('writes lines that COPY reads back as they were', () => {
    expect(new VersionDigest().lines(cells)).toBe(
      '60000\ta\t{3,1.50}\t\\\\xff00\n60000\tb\\t\\\\\\n\t{2,NULL}\t\\N\n60000\t\t{1}\t\\N\n',
    )
  })
})
