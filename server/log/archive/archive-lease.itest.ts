import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServices, type TestServices } from '../../clients/testing'
import { acquireLease, releaseLease, renewLease } from './archive-lease-store'
import { commitFlush } from './archive-store'
import { removeOrphans } from './orphans'

let services: TestServices
beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())

const segment = (fence: number) => ({
  type: 't',
  file: `t/1-10-${fence}.parquet`,
  seqFrom: 1,
  seqTo: 10,
  rows: 1,
  bytes: 1,
  minTime: 0,
  maxTime: 0,
  checksum: '',
  columns: { fields: {}, overflow: false },
})

test('[law 7] the lease of an archiver that stands still changes hands when it runs out, and its writes are refused and noted', async () => {
  const { pool } = services
  const first = await acquireLease(pool, 'first')
  if (!first) throw new Error('the lease was not free')
  expect(await acquireLease(pool, 'second')).toBeNull()
  await pool.query('UPDATE archive_position SET lease_until = clock_timestamp()')
  const second = await acquireLease(pool, 'second')
  if (!second) throw new Error('the lease did not run out')
  expect(second.fence).toBeGreaterThan(first.fence)
  const flush = { fromSeq: 0, toSeq: 10, segments: [segment(first.fence)], dead: [] }
  expect(await commitFlush(pool, { ...flush, fence: first.fence })).toBe(false)
  expect(await renewLease(pool, first)).toBe(false)
  const { rows } = await pool.query(
    `SELECT kind, from_owner, to_owner, fenced_at IS NOT NULL AS fenced FROM takeover`,
  )
  expect(rows).toEqual([{ kind: 'archive', from_owner: 'first', to_owner: 'second', fenced: true }])
  await releaseLease(pool, second)
  expect(await acquireLease(pool, 'third')).not.toBeNull()
})

test('[law 1] an archiver that wakes beside its successor removes nothing of it', async () => {
  const { pool, dataDir } = services
  const dir = path.join(dataDir, 'archive')
  await mkdir(path.join(dir, 't'), { recursive: true })
  const file = (name: string) => path.join(dir, 't', name)
  const lost = ['1-5-3.parquet', '1-5-3.parquet.tmp', '1-9-3-merged.parquet']
  const kept = ['11-20-5.parquet', '11-20-5.parquet.tmp', '1-20-6-merged.parquet', 'notes.txt']
  for (const name of [...lost, ...kept]) await writeFile(file(name), 'x')
  expect(await removeOrphans(pool, dir, { fence: 5, log: { firstSeq: 1, lastSeq: 1_000_000 } })).toBe(
    lost.length,
  )
  expect(lost.filter((name) => existsSync(file(name)))).toEqual([])
  expect(kept.filter((name) => existsSync(file(name)))).toEqual(kept)
})
