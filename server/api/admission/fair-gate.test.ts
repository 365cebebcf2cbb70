import { describe, expect, it } from 'vitest'
import { FairGate } from './fair-gate'

/** Work that ends when it is told to, and the order in which it was let in. */
function askers(gate: FairGate) {
  const entered: string[] = []
  const ends: (() => void)[] = []
  const all: Promise<unknown>[] = []
  const ask = (asker: string, weight = 1) => {
    const done = gate.hold(asker, weight, () => {
      entered.push(asker)
      return new Promise<void>((resolve) => ends.push(resolve))
    })
    all.push(done.catch(() => undefined))
    return done
  }
  const endOne = async () => {
    await new Promise(setImmediate)
    ends.shift()?.()
    await new Promise(setImmediate)
  }
  return { entered, ask, endOne, all }
}

describe('FairGate', () => {
  it('[attack 30] serves another asker after one turn of a flood, not after the flood', async () => {
    const { entered, ask, endOne } = askers(new FairGate({ capacity: 2, share: 2, waiting: 100 }))
    for (let i = 0; i < 50; i++) void ask('flood')
    void ask('small')
    await endOne()
    await endOne()
    expect(entered).toEqual(['flood', 'flood', 'flood', 'small'])
  })

  it('[attack 30] keeps room for others: one asker holds its share at most, however much it sends', async () => {
    const { entered, ask } = askers(new FairGate({ capacity: 6, share: 2, waiting: 100 }))
    for (let i = 0; i < 10; i++) void ask('flood')
    void ask('small')
    await new Promise(setImmediate)
    expect(entered).toEqual(['flood', 'flood', 'small'])
  })

  it('[law 11] refuses what one asker has waiting beyond its bound, and takes it again later', async () => {
    const { ask, endOne, entered } = askers(new FairGate({ capacity: 1, share: 1, waiting: 2 }))
    void ask('a')
    void ask('a')
    void ask('a')
    await expect(ask('a')).rejects.toMatchObject({ code: 'too_many_requests', retryAfterS: 1 })
    void ask('b')
    await endOne()
    void ask('a')
    for (let i = 0; i < 4; i++) await endOne()
    expect(entered).toEqual(['a', 'a', 'b', 'a', 'a'])
  })

  it('does not let small work of others starve a large one', async () => {
    const { entered, ask, endOne } = askers(new FairGate({ capacity: 4, share: 4, waiting: 10 }))
    void ask('small', 3)
    void ask('large', 4)
    void ask('other', 1)
    await endOne()
    expect(entered).toEqual(['small', 'large'])
    await endOne()
    expect(entered).toEqual(['small', 'large', 'other'])
  })

  it('gives room back when work fails, and weighs nothing beyond a share', async () => {
    const gate = new FairGate({ capacity: 5, share: 5, waiting: 1 })
    await expect(gate.hold('a', 1_000, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(gate.held).toBe(0)
    expect(await gate.hold('a', 5, () => Promise.resolve('done'))).toBe('done')
  })
})
