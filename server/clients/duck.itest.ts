import { expect, test } from 'vitest'
import { interruptOnAbort, openDuck } from './duck'

test('a statement that begins after the abort is stopped all the same', async () => {
  const duck = await openDuck({ threads: 1 })
  const done = interruptOnAbort(duck, AbortSignal.abort())
  await expect(
    duck.run('SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b'),
  ).rejects.toThrow(/interrupt/i)
  done()
  duck.close()
})
