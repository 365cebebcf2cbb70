import { existsSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDuck, type Duck } from '../../clients'
import { sleep } from '../../platform'
import { streamState } from '../stream'
import { claimArchive } from './archive-id'
import { selectSegments, type Segment } from './archive-store'
import { archivedRelation, verifyArchive } from './archived-relation'
import { removeReplaced } from './orphans'
import {
  archiveFixture,
  base,
  event,
  events,
  keepLogFor,
  type ArchiveFixture,
} from './testing-archive-fixture'

const pace = { pollMs: 20, lookMs: 50 }

let duck: Duck
beforeAll(async () => {
  duck = await openDuck()
})
afterAll(() => {
  duck.close()
})

/** Three segments of a type, and one of another between them in the log. */
async function filled(f: ArchiveFixture): Promise<Segment[]> {
  const stop = await f.start({ scrub: { pollMs: 600_000 } })
  for (let i = 0; i < 3; i++) {
    await f.append(events(i * 100, i * 100 + 100))
    await f.append([event(i, { n: i }, 'other')])
    await f.settle()
  }
  await stop()
  return selectSegments(f.services.pool, { type: 't' })
}

const all = (f: ArchiveFixture) => f.rows('SELECT * FROM ARCHIVE ORDER BY seq, idx')
const fileOf = (f: ArchiveFixture, segment: Segment | undefined) => path.join(f.dir, segment?.file ?? '')

/** One bit, so that size and name stay. */
async function flipBit(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  const byte = Buffer.alloc(1)
  await handle.read(byte, 0, 1, 300)
  await handle.write(Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, 300)
  await handle.close()
}

test('a flipped bit, a short file and a missing one are found out and rebuilt from the log: the same rows', async () => {
  await using f = await archiveFixture(duck)
  const { pool } = f.services
  const [first, second, third] = await filled(f)
  const before = await all(f)
  expect(before).toHaveLength(300)
  await flipBit(fileOf(f, first))
  await truncate(fileOf(f, second), 100)
  await rm(fileOf(f, third))
  await expect(archivedRelation(pool, f.dir, { type: 't' })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('does not match its checksum') as string,
    details: { file: first?.file },
  })
  expect(await verifyArchive(pool, f.dir, 't')).toHaveLength(3)
  await f.start({ scrub: pace })
  await expect.poll(() => all(f).catch(() => []), { timeout: 60_000 }).toEqual(before)
  expect(existsSync(`${fileOf(f, first)}.bad`)).toBe(true)
  expect(await verifyArchive(pool, f.dir, 't')).toEqual([])
  await removeReplaced(pool, f.dir, 0)
  expect(await all(f)).toEqual(before)
  expect((await pool.query('SELECT 1 FROM hole')).rowCount).toBe(0)
})

test('what the log no longer has is a hole of its event times, and the rest is rebuilt and answered', async () => {
  await using f = await archiveFixture(duck)
  const { pool, nats } = f.services
  const stop = await f.start({ scrub: { pollMs: 600_000 } })
  await f.append(events(0, 100))
  await f.settle()
  await f.append(events(100, 200))
  await f.settle()
  await stop()
  const [old] = await selectSegments(pool, { type: 't' })
  await keepLogFor(nats, 400)
  await expect.poll(async () => (await streamState(nats)).messages, { timeout: 15_000 }).toBe(0)
  await keepLogFor(nats, 0)
  await truncate(fileOf(f, old), 100)
  await f.start({ scrub: pace })
  await expect
    .poll(async () => (await pool.query('SELECT 1 FROM hole')).rowCount, { timeout: 60_000 })
    .toBe(1)
  const { rows } = await pool.query(
    'SELECT type, seq_from, seq_to, from_time, to_time, layer, reason FROM hole',
  )
  expect(rows).toEqual([
    {
      type: 't',
      seq_from: old?.seqFrom,
      seq_to: old?.seqTo,
      from_time: base,
      to_time: base + 99_000,
      layer: 'archive',
      reason: `The archive's file ${old?.file ?? ''} has 100 bytes instead of ${old?.bytes ?? 0}, and the log no longer holds its messages.`,
    },
  ])
  expect(await all(f)).toHaveLength(100)
})

test('files that cannot be reached name their disk, and are neither set aside nor rebuilt', async () => {
  await using f = await archiveFixture(duck)
  const { pool } = f.services
  const before = await filled(f).then(() => all(f))
  const place = path.join(f.dir, 't')
  await rename(place, `${place}.away`)
  await writeFile(place, '')
  await expect(all(f)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/cannot be read \(ENOTDIR.*See that the disk of .* is mounted/) as string,
  })
  await expect(verifyArchive(pool, f.dir, 't')).rejects.toMatchObject({ code: 'unavailable' })
  const stop = await f.start({ scrub: pace })
  await sleep(2_000)
  await stop()
  await rm(place)
  await rename(`${place}.away`, place)
  expect(await all(f)).toEqual(before)
  expect((await readdir(place)).filter((file) => /\.bad$|-restored/.test(file))).toEqual([])
})

test('a folder left empty by a mount that went away is not written to, and nothing is rebuilt into it', async () => {
  await using f = await archiveFixture(duck)
  const { pool } = f.services
  await claimArchive({ pool, dir: f.dir })
  await filled(f)
  const before = await all(f)
  await rename(f.dir, `${f.dir}.away`)
  await mkdir(f.dir)
  const stop = await f.start({ scrub: pace })
  await f.append(events(300, 310))
  await sleep(2_000)
  expect((await readdir(f.dir, { recursive: true })).filter((file) => file.endsWith('.parquet'))).toEqual([])
  expect((await pool.query('SELECT 1 FROM hole')).rowCount).toBe(0)
  await rm(f.dir, { recursive: true })
  await rename(`${f.dir}.away`, f.dir)
  await expect.poll(() => all(f).then((rows) => rows.length), { timeout: 60_000 }).toBe(310)
  await stop()
  expect((await all(f)).slice(0, 300)).toEqual(before)
})

test('a segment that is damaged behind a reader is read anew, and never merged', async () => {
  await using f = await archiveFixture(duck)
  const { pool } = f.services
  const [first] = await filled(f)
  expect(await all(f)).toHaveLength(300)
  await flipBit(fileOf(f, first))
  await expect(all(f)).rejects.toMatchObject({ code: 'unavailable' })
  const { rows } = await pool.query<{ id: number }>('SELECT id FROM archive_segment WHERE checked_at IS NULL')
  expect(rows).toEqual([{ id: first?.id }])
})
