import { expect, test } from 'vitest'
import { SharedReads } from './shared-reads'

function counted() {
  const reads = new SharedReads<number>()
  const ends: (() => void)[] = []
  const ask = () =>
    reads.get(
      'a',
      () =>
        new Promise<number>((resolve) => {
          const n = ends.push(() => {
            resolve(n)
          })
        }),
    )
  return { ask, ends, began: () => ends.length }
}

test('all who ask while a read is under way share the next, which begins after they asked', async () => {
  const { ask, ends, began } = counted()
  const first = ask()
  const others = Array.from({ length: 500 }, ask)
  expect(began()).toBe(1)
  ends[0]?.()
  expect(await first).toBe(1)
  await Promise.resolve()
  expect(began()).toBe(2)
  const late = ask()
  ends[1]?.()
  expect(new Set(await Promise.all(others))).toEqual(new Set([2]))
  await Promise.resolve()
  ends[2]?.()
  expect(await late).toBe(3)
})

test('after a read that failed the next is a new one', async () => {
  const reads = new SharedReads<string>()
  const failing = reads.get('a', () => Promise.reject(new Error('away')))
  const next = reads.get('a', () => Promise.resolve('there'))
  await expect(failing).rejects.toThrow('away')
  expect(await next).toBe('there')
  expect(await reads.get('a', () => Promise.resolve('again'))).toBe('again')
})
