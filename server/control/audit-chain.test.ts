import { describe, expect, it } from 'vitest'
import { entryHash, findBreak, firstHash, type ChainedEntry } from './audit-chain'
import { canonicalJson } from './canonical-json'

function chainOf(length: number): ChainedEntry[] {
  const chain: ChainedEntry[] = []
  for (let i = 0; i < length; i++) {
    const entry = {
      seq: i + 1,
      at: 1_000 + i,
      actor: 'ada',
      action: 'plan.apply',
      object: 'departures',
      detail: { i, nested: { b: 1, a: [2] } },
      prevHash: chain.at(-1)?.hash ?? firstHash,
    }
    chain.push({ ...entry, hash: entryHash(entry) })
  }
  return chain
}

const edited = (chain: ChainedEntry[], index: number, change: Partial<ChainedEntry>) =>
  chain.map((entry, i) => (i === index ? { ...entry, ...change } : entry))

describe('the audit chain', () => {
  it('[law 8] is whole when nothing was touched', () => {
    expect(findBreak(chainOf(5), null)).toBeNull()
  })

  it.each([
    ['an actor', { actor: 'eve' }],
    ['a time', { at: 999 }],
    ['a detail', { detail: { i: 2, nested: { b: 1, a: [3] } } }],
    ['a hash', { hash: '0'.repeat(64) }],
  ])('[law 8] shows where %s was edited', (_what, change) => {
    expect(findBreak(edited(chainOf(5), 2, change), null)).toEqual({ seq: 3, why: 'changed' })
  })

  it('[law 8] shows a removed, a repeated and a moved entry', () => {
    const chain = chainOf(5)
    const without = chain.filter((_, i) => i !== 2)
    expect(findBreak(without, null)).toEqual({ seq: 3, why: 'missing' })
    const repeated = [...chain.slice(0, 3), ...chain.slice(2)]
    expect(findBreak(repeated, null)).toEqual({ seq: 3, why: 'out of order' })
    const [a, b, ...rest] = chain
    const moved = [b, a, ...rest].filter((entry) => entry !== undefined)
    expect(findBreak(moved, null)).toEqual({ seq: 1, why: 'missing' })
  })

  it('does not depend on the order in which the store gives the keys of a detail back', () => {
    const reordered = edited(chainOf(5), 2, { detail: { nested: { a: [2], b: 1 }, i: 2 } })
    expect(findBreak(reordered, null)).toBeNull()
  })
})

describe('canonicalJson', () => {
  it('is the same text for equal values and leaves out what JSON leaves out', () => {
    expect(canonicalJson({ b: 1, a: { d: null, c: undefined } })).toBe('{"a":{"d":null},"b":1}')
    expect(canonicalJson([undefined, 'x', 1.5, true])).toBe('[null,"x",1.5,true]')
  })
})
