import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isAlive, startNatsServer, startPostgres } from '.'
import { openNats } from '../nats'
import { openPool } from '../pool'

let dir: string

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'parallax-embedded-'))
})

afterEach(() => {
  rmSync(dir, { recursive: true, force: true })
})

describe('the private Postgres', () => {
  test('[law 7] keeps what it committed through kill -9, and starts again on it', async () => {
    const home = path.join(dir, 'postgres')
    const first = await startPostgres({ dir: home })
    const pool = openPool(first.url)
    await pool.query('CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n')
    process.kill(first.pid, 'SIGKILL')
    await first.exited
    await pool.end()
    const second = await startPostgres({ dir: home })
    const again = openPool(second.url)
    const { rows } = await again.query('SELECT count(*) AS n FROM kept')
    await again.end()
    await second.stop()
    expect(rows).toEqual([{ n: 1000 }])
    expect(second.url).toBe(first.url)
  })

  test('left running by a killed Parallax is ended before the next starts', async () => {
    const home = path.join(dir, 'postgres')
    const orphan = await startPostgres({ dir: home })
    const next = await startPostgres({ dir: home })
    await orphan.exited
    expect(isAlive(next.pid)).toBe(true)
    await next.stop()
    expect(isAlive(next.pid)).toBe(false)
  })

  test('writes to the disk before it confirms', async () => {
    const postgres = await startPostgres({ dir: path.join(dir, 'postgres') })
    const pool = openPool(postgres.url)
    const { rows } = await pool.query(
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit, current_setting('listen_addresses') AS listens`,
    )
    await pool.end()
    await postgres.stop()
    expect(rows).toEqual([{ fsync: 'on', commit: 'on', listens: '127.0.0.1' }])
  })

  test('lets nobody in without the password', async () => {
    const postgres = await startPostgres({ dir: path.join(dir, 'postgres') })
    const url = new URL(postgres.url)
    url.password = 'guess'
    const pool = openPool(url.href)
    await expect(pool.query('SELECT 1')).rejects.toThrow('password')
    await pool.end()
    await postgres.stop()
  })
})

describe('the private nats-server', () => {
  test('[law 7] keeps what it acknowledged through kill -9, and starts again on it', async () => {
    const home = path.join(dir, 'nats')
    const first = await startNatsServer({ dir: home })
    const nats = await openNats({ url: first.url, name: 'test' })
    await nats.jsm.streams.add({ name: 'KEPT', subjects: ['kept.>'] })
    for (let n = 0; n < 50; n++) await nats.js.publish('kept.n', String(n))
    process.kill(first.pid, 'SIGKILL')
    await first.exited
    await nats.nc.close()
    const second = await startNatsServer({ dir: home })
    const again = await openNats({ url: second.url, name: 'test' })
    const { state } = await again.jsm.streams.info('KEPT')
    await again.close()
    await second.stop()
    expect(state.messages).toBe(50)
    expect(second.url).toBe(first.url)
  })

  test('left running by a killed Parallax is ended before the next starts', async () => {
    const home = path.join(dir, 'nats')
    const orphan = await startNatsServer({ dir: home })
    const next = await startNatsServer({ dir: home })
    await orphan.exited
    expect(isAlive(next.pid)).toBe(true)
    await next.stop()
  })

  test('runs beside another one on its own port', async () => {
    const one = await startNatsServer({ dir: path.join(dir, 'one') })
    const two = await startNatsServer({ dir: path.join(dir, 'two') })
    expect(one.port).not.toBe(two.port)
    await one.stop()
    await two.stop()
  })
})
