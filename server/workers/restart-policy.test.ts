import { expect, test } from 'vitest'
import { firstDelayMs, healthyAfterMs, longestDelayMs, restartDelay } from './restart-policy'

test('a crashing process is started again ever more slowly, up to a limit', () => {
  const delays: number[] = []
  let crashes = 0
  for (let run = 0; run < 12; run++) {
    const next = restartDelay(crashes, 100)
    crashes = next.crashes
    delays.push(next.delayMs)
  }
  expect(delays.slice(0, 4)).toEqual([250, 500, 1_000, 2_000])
  expect(Math.max(...delays)).toBe(longestDelayMs)
  expect(delays).toEqual([...delays].sort((a, b) => a - b))
})

test('a crash after a long healthy run is the first again', () => {
  expect(restartDelay(9, healthyAfterMs)).toEqual({ crashes: 1, delayMs: firstDelayMs })
  expect(restartDelay(9, healthyAfterMs - 1).crashes).toBe(10)
})
