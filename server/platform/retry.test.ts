import { describe, expect, test } from 'vitest'
import { backoffMs, retry } from './retry'
import { sleep } from './sleep'

const quick = { attempts: 3, baseMs: 0, maxMs: 0 }

describe('retry', () => {
  test('answers the first success', async () => {
    expect(
      await retry(async (attempt) => (attempt < 3 ? Promise.reject(new Error('no')) : attempt), quick),
    ).toBe(3)
  })

  test('throws the last error once the attempts are used up', async () => {
    await expect(retry((attempt) => Promise.reject(new Error(`no ${attempt}`)), quick)).rejects.toThrow(
      'no 3',
    )
  })

  test('gives up at once on an error that another attempt cannot help', async () => {
    let runs = 0
    const failing = retry(() => Promise.reject(new Error(`no ${++runs}`)), {
      ...quick,
      retryable: () => false,
    })
    await expect(failing).rejects.toThrow('no 1')
  })

  test('waits longer each time, up to the limit, at least half of it', () => {
    const policy = { baseMs: 100, maxMs: 1_000 }
    expect([1, 2, 3, 4, 5].map((n) => backoffMs({ ...policy, random: () => 1 }, n))).toEqual([
      100, 200, 400, 800, 1_000,
    ])
    expect(backoffMs({ ...policy, random: () => 0 }, 5)).toBe(500)
  })
})

describe('sleep', () => {
  test('ends at once when its signal aborts, before or during', async () => {
    const abort = new AbortController()
    const sleeping = sleep(60_000, abort.signal)
    abort.abort()
    await sleeping
    await sleep(60_000, abort.signal)
  })
})
