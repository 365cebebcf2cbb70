import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { interruptOnAbort, type Duck } from './duck'
import { openDuckProcess } from './duck-process'

const tempDir = mkdtempSync(path.join(tmpdir(), 'duck-process-'))
afterAll(() => {
  rmSync(tempDir, { recursive: true, force: true })
})

const started: number[] = []
const open = (memoryLimit = '256MB', processBytes = 2 * 1024 ** 3): Promise<Duck> =>
  openDuckProcess({
    onStart: (pid) => started.push(pid),
    program: ['--import', 'tsx', fileURLToPath(new URL('./testing-duck-process.ts', import.meta.url))],
    memoryLimit,
    processBytes,
    threads: 1,
    tempDir,
  })

test('it answers as DuckDB in the own process does: values, streams, appended columns, errors, interrupts', async () => {
  const duck = await open()
  try {
    const [row] = await duck.rows(
      `SELECT 5::BIGINT AS n, 1.50::DECIMAL(9, 2) AS d, 'ab'::BLOB AS b, [1, 2] AS l, NULL AS z, 18446744073709551615::UBIGINT AS u`,
    )
    expect(row).toEqual({
      n: 5,
      d: '1.50',
      b: Buffer.from('ab'),
      l: [1, 2],
      z: null,
      u: 18_446_744_073_709_551_615n,
    })
    await duck.run('CREATE TABLE t (a BIGINT, b VARCHAR)')
    await duck.appendColumns('t', [
      [1, 2],
      ['x', null],
    ])
    const other = await duck.fork()
    expect(await other.rows('SELECT * FROM t ORDER BY a')).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: null },
    ])
    let rows = 0
    for await (const part of other.stream('SELECT range FROM range(10000)')) rows += part.length
    expect(rows).toBe(10_000)
    for await (const part of other.stream('SELECT range FROM range(1000000)')) {
      rows += part.length
      break
    }
    await expect(other.rows('SELECT nothing FROM t')).rejects.toThrow(/nothing/)
    const done = interruptOnAbort(other, AbortSignal.timeout(50))
    await expect(
      other.run('SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b'),
    ).rejects.toThrow(/interrupt/i)
    done()
    expect(await other.rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
    other.close()
  } finally {
    duck.close()
  }
})

test('a statement beyond the memory fails alone; one that takes the process with it costs what runs in it, no more', async () => {
  const duck = await open('64MB', 900 * 1024 ** 2)
  try {
    const [small, hungry] = [await duck.fork(), await duck.fork()]
    await expect(
      hungry.run(`SET temp_directory = ''; SELECT list(range) FROM range(100000000)`),
    ).rejects.toThrow(/Out of Memory/i)
    expect(await small.rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
    const inHand = small.run('SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b')
    const [pid = NaN] = started.slice(-1)
    expect(pid).toBeGreaterThan(1)
    process.kill(pid, 'SIGKILL')
    await expect(inHand).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('most likely ran out of memory') as string,
    })
    await expect(small.run('SELECT 1')).rejects.toMatchObject({ code: 'unavailable' })
    const next = await duck.fork()
    expect(await next.rows('SELECT 2 AS two')).toEqual([{ two: 2 }])
    expect(started.at(-1)).not.toBe(pid)
  } finally {
    duck.close()
  }
})

test('the kernel refuses the process more memory than it was given', async () => {
  const duck = await open('4GB', 600 * 1024 ** 2)
  try {
    // DuckDB believes that it may take four gigabytes.
    await expect(
      duck.run(`CREATE TABLE big AS SELECT range AS a, range::VARCHAR AS b FROM range(60000000)`),
    ).rejects.toThrow()
    // A process that had said so may end of it only now, and take what was asked next with it.
    const asked = () => duck.fork().then((next) => next.rows('SELECT 1 AS one'))
    await expect.poll(() => asked().catch(() => null), { timeout: 30_000 }).toEqual([{ one: 1 }])
  } finally {
    duck.close()
  }
})
