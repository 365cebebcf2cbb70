import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../platform'
import { openArchiveReader, type ArchiveReader } from './archive-reader'

let tempDir: string
let reader: ArchiveReader
beforeAll(() => {
  tempDir = mkdtempSync(path.join(tmpdir(), 'parallax-test-reader-'))
  reader = openArchiveReader({ tempDir, running: 1, waiting: 1, timeoutMs: 2_000 })
})
afterAll(async () => {
  await reader.close()
  rmSync(tempDir, { recursive: true, force: true })
})

const endless = `SELECT count(*) FROM range(10000000000) a, range(1000000) b WHERE a.range % 7 = b.range % 3`
const codeOf = (error: unknown) => (error instanceof AppError ? error.code : String(error))

describe('reading the archive in the web process', () => {
  it('[law 11] runs a named number at once, lets a named number wait, and says so beyond', async () => {
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const first = reader.read(undefined, () => held)
    const second = reader.read(undefined, (duck) => duck.rows<{ one: number }>('SELECT 1 AS one'))
    await expect(reader.read(undefined, () => Promise.resolve())).rejects.toSatisfy(
      (error) => error instanceof AppError && error.code === 'too_many_requests' && error.retryAfterS === 2,
    )
    release()
    await first
    expect(await second).toEqual([{ one: 1 }])
  })

  it('stops the statement when its time is over, and serves the next', async () => {
    const error: unknown = await reader.read(undefined, (duck) => duck.run(endless)).catch((e: unknown) => e)
    expect(codeOf(error)).toBe('unavailable')
    expect(await reader.read(undefined, (duck) => duck.rows('SELECT 2 AS two'))).toEqual([{ two: 2 }])
  })

  it('stops the statement when the caller has gone', async () => {
    const caller = new AbortController()
    let started: () => void = () => undefined
    const running = new Promise<void>((resolve) => (started = resolve))
    const reading = reader.read(caller.signal, (duck) => {
      started()
      return duck.run(endless)
    })
    await running
    caller.abort(new Error('gone'))
    await expect(reading).rejects.toThrow('gone')
  })

  it('who waits and goes leaves the queue', async () => {
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const first = reader.read(undefined, () => held)
    const caller = new AbortController()
    const waiting = reader.read(caller.signal, () => Promise.resolve('never'))
    caller.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
    const other = reader.read(undefined, () => Promise.resolve('served'))
    release()
    await first
    expect(await other).toBe('served')
  })
})
