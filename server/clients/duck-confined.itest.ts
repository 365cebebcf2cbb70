import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuck, type Duck } from './duck'

const root = mkdtempSync(path.join(tmpdir(), 'parallax-confined-'))
const [own, spill, other] = ['own', 'spill', 'other'].map((name) => path.join(root, name)) as [
  string,
  string,
  string,
]
let duck: Duck

beforeAll(async () => {
  for (const folder of [own, spill, other]) mkdirSync(folder)
  writeFileSync(path.join(other, 'secret.csv'), 'secret\n1\n')
  symlinkSync(path.join(other, 'secret.csv'), path.join(own, 'link.csv'))
  symlinkSync(own, path.join(root, 'linked'))
  duck = await openDuck({ threads: 1, tempDir: spill, onlyIn: [own] })
})
afterAll(() => {
  duck.close()
  rmSync(root, { recursive: true, force: true })
})

describe('[attack 16] a statement of a database that is confined to a folder', () => {
  it('reads and writes there', async () => {
    const file = path.join(own, 'a.parquet')
    await duck.run(`COPY (SELECT 1 AS n) TO '${file}' (FORMAT parquet)`)
    expect(await duck.rows(`SELECT n FROM read_parquet('${file}')`)).toEqual([{ n: 1 }])
  })

  it.each([
    ['reads no other file', `SELECT * FROM read_csv('${other}/secret.csv')`],
    ['reads no other file by way of its folder', `SELECT * FROM read_csv('${own}/../other/secret.csv')`],
    ['follows no link out of its folder', `SELECT * FROM read_csv('${own}/link.csv')`],
    ['reads nothing of the system', `SELECT * FROM read_text('/etc/passwd')`],
    ['lists no other folder', `SELECT * FROM glob('${other}/*')`],
    ['writes no other file', `COPY (SELECT 1) TO '${other}/made.csv'`],
    ['attaches no other database', `ATTACH '${other}/made.db'`],
    ['exports nothing elsewhere', `EXPORT DATABASE '${other}/made'`],
    ['fetches nothing', `SELECT * FROM read_parquet('https://127.0.0.1:1/x.parquet')`],
    ['installs no extension', 'INSTALL httpfs'],
    ['loads no extension', `LOAD '${own}/evil.duckdb_extension'`],
    ['cannot open itself again', 'SET enable_external_access = true'],
    ['cannot widen where it may read', `SET allowed_directories = ['/']`],
    ['changes no setting at all', "SET memory_limit = '100GB'"],
  ])('%s', async (_what, sql) => {
    await expect(duck.run(sql)).rejects.toThrow(/Permission Error|configuration has been locked/)
  })

  it('on another of its connections is confined too', async () => {
    const fork = await duck.fork()
    await expect(fork.run(`SELECT * FROM read_text('${other}/secret.csv')`)).rejects.toThrow(/Permission/)
    fork.close()
  })

  it('reads its folder where the way to it is a link', async () => {
    const linked = await openDuck({ threads: 1, onlyIn: [path.join(root, 'linked')] })
    const file = path.join(root, 'linked', 'b.parquet')
    await linked.run(`COPY (SELECT 2 AS n) TO '${file}' (FORMAT parquet)`)
    expect(await linked.rows(`SELECT n FROM read_parquet('${file}')`)).toEqual([{ n: 2 }])
    linked.close()
  })
})
