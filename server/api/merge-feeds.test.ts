import { expect, test } from 'vitest'
import { mergeFeeds } from './merge-feeds'

async function* until<T>(
  values: T[],
  signal: AbortSignal,
  onEnd: () => void,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* values
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  } finally {
    onEnd()
  }
}

async function* finite<T>(values: T[]): AsyncGenerator<T, void, undefined> {
  await Promise.resolve()
  yield* values
}

async function* failing(isBroken: boolean): AsyncGenerator<number, void, undefined> {
  await Promise.resolve()
  if (isBroken) throw new Error('feed broke')
  yield 0
}

test('every message of every feed arrives, in its own order', async () => {
  const got: string[] = []
  for await (const value of mergeFeeds(() => [finite(['a1', 'a2', 'a3']), finite(['b1', 'b2'])], undefined))
    got.push(value)
  expect(got.filter((v) => v.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
  expect(got.filter((v) => v.startsWith('b'))).toEqual(['b1', 'b2'])
})

test('a reader that leaves ends all feeds', async () => {
  let ended = 0
  const merged = mergeFeeds(
    (signal) => [until([1], signal, () => ended++), until([2], signal, () => ended++)],
    undefined,
  )
  await merged.next()
  await merged.return()
  expect(ended).toBe(2)
})

test('an outer abort ends the merged feed', async () => {
  const outer = new AbortController()
  const merged = mergeFeeds((signal) => [until([1], signal, () => undefined)], outer.signal)
  await merged.next()
  const next = merged.next()
  outer.abort()
  expect(await next).toMatchObject({ done: true })
})

test('one failing feed fails the merged one and ends the others', async () => {
  let ended = 0
  const merged = mergeFeeds<number>((signal) => [until([], signal, () => ended++), failing(true)], undefined)
  await expect(merged.next()).rejects.toThrow('feed broke')
  expect(ended).toBe(1)
})
