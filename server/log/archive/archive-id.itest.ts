import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestServices, type TestServices } from '../../clients/testing'
import { adoptArchive, checkArchive, claimArchive } from './archive-id'

let services: TestServices
beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())
beforeEach(async () => {
  await services.pool.query(`DELETE FROM setting WHERE key = 'archiveId'`)
  await services.pool.query('DELETE FROM archive_segment')
})

let folders = 0
/** A new folder, as the place of an archive. */
function place() {
  return { pool: services.pool, dir: path.join(services.dataDir, `archive-${String(folders++)}`) }
}
type Place = ReturnType<typeof place>

const idIn = ({ dir }: Place) => readFile(path.join(dir, 'archive-id'), 'utf8').catch(() => null)
const forget = ({ dir }: Place) => rm(path.join(dir, 'archive-id'))
const wrongFolder = ({ dir }: Place) => new RegExp(`${dir} is not the archive .* PARALLAX_ARCHIVE_DIR`)

async function listSegment({ pool, dir }: Place) {
  await pool.query(
    `INSERT INTO archive_segment (type, file, seq_from, seq_to, rows, bytes, min_time, max_time, checksum, columns, state)
     VALUES ('t', 't/1-10-1.parquet', 1, 10, 1, 3, 0, 0, '', '{}', 'live')`,
  )
  await mkdir(path.join(dir, 't'), { recursive: true })
  await writeFile(path.join(dir, 't', '1-10-1.parquet'), 'abc')
}

test('[law 1] of two folders that are empty the first to come is the archive, and every process with the other is refused', async () => {
  const [one, other] = [place(), place()]
  const claims = await Promise.allSettled([claimArchive(one), claimArchive(other)])
  expect(claims.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const [right, wrong] = claims[0].status === 'fulfilled' ? [one, other] : [other, one]
  await claimArchive(right)
  await checkArchive(right)
  await expect(claimArchive(wrong)).rejects.toThrow(wrongFolder(wrong))
  await expect(checkArchive(wrong)).rejects.toThrow(wrongFolder(wrong))
  expect(await idIn(wrong)).toBeNull()
})

test('a folder that belongs to another database is refused, whatever it holds', async () => {
  const [right, wrong] = [place(), place()]
  await claimArchive(right)
  await listSegment(wrong)
  await writeFile(path.join(wrong.dir, 'archive-id'), 'another\n')
  await expect(claimArchive(wrong)).rejects.toThrow(wrongFolder(wrong))
  await expect(checkArchive(wrong)).rejects.toThrow(wrongFolder(wrong))
})

test('an archive of a release that made no such file gets one when files of the manifest are there, and only then', async () => {
  const [right, wrong] = [place(), place()]
  await listSegment(right)
  await expect(claimArchive(wrong)).rejects.toThrow(wrongFolder(wrong))
  await checkArchive(wrong) // nothing to tell it by yet, and who only reads decides nothing
  await claimArchive(right)
  expect(await idIn(right)).not.toBeNull()
  await expect(checkArchive(wrong)).rejects.toThrow(wrongFolder(wrong))
})

test('a folder that was put back without the file is known by its segments, and is given the same file again', async () => {
  const right = place()
  await claimArchive(right)
  await listSegment(right)
  const id = await idIn(right)
  await forget(right)
  await checkArchive(right)
  expect(await idIn(right)).toBeNull()
  await claimArchive(right)
  expect(await idIn(right)).toBe(id)
})

test('align and restore make the folder the archive, with the id of the folder where it has one', async () => {
  const [lost, next, restored] = [place(), place(), place()]
  await claimArchive(lost)
  await adoptArchive(next)
  await claimArchive(next)
  expect(await idIn(next)).toBe(await idIn(lost))
  await mkdir(restored.dir)
  await writeFile(path.join(restored.dir, 'archive-id'), 'of the folder\n')
  await adoptArchive(restored)
  await checkArchive(restored)
  await expect(claimArchive(lost)).rejects.toThrow(wrongFolder(lost))
})

test('a folder that cannot be read is named, with what to do', async () => {
  const broken = place()
  await mkdir(path.join(broken.dir, 'archive-id'), { recursive: true })
  await expect(claimArchive(broken)).rejects.toThrow(
    new RegExp(`Reading the archive folder ${broken.dir} failed: .*PARALLAX_ARCHIVE_DIR`),
  )
})
