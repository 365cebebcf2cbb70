import { expect, test } from 'vitest'
import { openDiskGuard } from './disk-guard'
import { judgeDisk } from './judge-disk'

const gib = 1024 ** 3
const disk = (totalGib: number, freeGib: number) => ({ totalBytes: totalGib * gib, freeBytes: freeGib * gib })

test.each([
  [100, 30, 'ok'],
  [100, 20, 'warn'],
  [100, 15, 'alert'],
  [100, 1.01, 'alert'],
  [100, 0.9, 'full'],
  [1, 0.06, 'alert'],
  [1, 0.04, 'full'],
  [0, 0, 'ok'],
] as const)('of %d GiB %d GiB are left: %s', (total, free, level) => {
  expect(judgeDisk(disk(total, free))).toBe(level)
})

test('[law 11] events are refused while a disk is full, with where and what to do, and taken again by itself', async () => {
  let free = 0.5
  const guard = await openDiskGuard({ folders: { archive: '/' }, read: async () => disk(100, free) })
  expect(() => guard.check()).toThrow(/disk of the archive has 512 MiB left/)
  free = 50
  await expect.poll(() => guard.uses()[0]?.freeBytes, { timeout: 10_000 }).toBe(50 * gib)
  expect(() => guard.check()).not.toThrow()
  guard.stop()
})
