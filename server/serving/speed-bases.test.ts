import { describe, expect, test } from 'vitest'
import { Random } from '../platform'
import { SpeedBases } from './speed-bases'
import type { BucketValue } from './speed-commit'

const value = (n: number): BucketValue => ({
  cell: { acc: [String(n)], sketch: null },
  late: 0,
  duplicate: 0,
  invalid: 0,
})

describe('remembered buckets', () => {
  test('are unknown until written, unless the epoch started empty', () => {
    const bases = new SpeedBases(10)
    bases.enter('1/0', 4, false)
    expect(bases.find('1/0', '0/a')).toBeUndefined()
    bases.remember('1/0', '0/a', value(1))
    expect(bases.find('1/0', '0/a')).toEqual(value(1))
    bases.enter('1/1', 0, true)
    expect(bases.find('1/1', '0/a')).toBeNull()
  })

  test('of an epoch are none at first when it was rotated under the lease', () => {
    const bases = new SpeedBases(10)
    bases.enter('1/0', 4, false)
    bases.remember('1/0', '0/a', value(1))
    bases.enter('1/0', 5, false)
    expect(bases.find('1/0', '0/a')).toBeNull()
  })

  test('that were evicted are unknown, not absent', () => {
    const bases = new SpeedBases(2)
    bases.enter('1/0', 0, true)
    for (const key of ['a', 'b', 'c']) bases.remember('1/0', `0/${key}`, value(1))
    expect(bases.find('1/0', '0/a')).toBeUndefined()
    expect(bases.find('1/0', '0/c')).toEqual(value(1))
    expect(bases.size).toBe(2)
    expect(bases.evicted).toBe(1)
  })

  test('are forgotten with their partition', () => {
    const bases = new SpeedBases(10)
    bases.enter('1/0', 0, true)
    bases.remember('1/0', '0/a', value(1))
    bases.forget('1/0')
    bases.enter('1/0', 0, false)
    expect(bases.find('1/0', '0/a')).toBeUndefined()
    expect(bases.size).toBe(0)
  })

  test('that are kept are always the ones written last', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = new Random(seed)
      const most = 1 + random.below(6)
      const bases = new SpeedBases(most)
      let plain: { partition: string; cell: string }[] = []
      const partitions = ['1/0', '1/1', '2/0']
      for (const partition of partitions) bases.enter(partition, 0, false)
      for (let step = 0; step < 200; step++) {
        const partition = random.pick(partitions)
        if (random.chance(0.03)) {
          bases.forget(partition)
          bases.enter(partition, 0, false)
          plain = plain.filter((one) => one.partition !== partition)
          continue
        }
        const cell = `0/${random.below(12)}`
        bases.remember(partition, cell, value(step))
        plain = [
          ...plain.filter((one) => one.partition !== partition || one.cell !== cell),
          { partition, cell },
        ]
        plain = plain.slice(-most)
        const held = partitions.flatMap((owner) =>
          Array.from({ length: 12 }, (_, i) => `0/${i}`)
            .filter((name) => bases.find(owner, name) !== undefined)
            .map((name) => `${owner}:${name}`),
        )
        expect(held.sort()).toEqual(plain.map((one) => `${one.partition}:${one.cell}`).sort())
      }
    }
  })
})
