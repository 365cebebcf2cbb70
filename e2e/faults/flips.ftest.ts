import { describe, expect, it } from 'vitest'
import { watchFlips } from './flips'

describe('publishing and rolling back under readers', () => {
  it('[law 6] every answer is of one publication: no mix, no gap', async () => {
    const flips = await watchFlips(undefined, Number(process.env.ROUNDS ?? 5))
    console.log(`${flips.publications} publications, ${flips.reads} reads, ${flips.mixed.length} mixed`)
    expect(flips.mixed).toEqual([])
    expect(flips.reads).toBeGreaterThan(100)
  })
})
