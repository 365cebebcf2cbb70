import { execFileSync } from 'node:child_process'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { openNats } from '../../server/clients'
import { startNatsServer, startPostgres } from '../../server/clients/embedded'
import { provisionStreams } from '../../server/log'
import { openLoopDisk, whyNoLoopDisk } from './loop-disk'

const missing = whyNoLoopDisk()
if (missing !== null) console.log(`skipped: ${missing}`)
const underLoadMs = 6_000

describe.skipIf(missing !== null)('a power cut of the disk', () => {
  it('takes nothing that the log acknowledged, where it syncs every write', async () => {
    const { acked, lost } = await cutLog(true)
    console.log(`power cut of the log, every write synced: ${lost} of ${acked} lost`)
    expect(acked).toBeGreaterThan(500)
    expect(lost).toBe(0)
  })

  it('takes what the log acknowledged, where it does not: the control', async () => {
    const { acked, lost } = await cutLog(false)
    console.log(`power cut of the log, default: ${lost} of ${acked} lost`)
    expect(lost).toBeGreaterThan(0)
  })

  it('takes nothing that Postgres committed', async () => {
    const { acked, lost } = await cutDatabase()
    console.log(`power cut of Postgres: ${lost} of ${acked} lost`)
    expect(acked).toBeGreaterThan(500)
    expect(lost).toBe(0)
  })
})

async function cutLog(durable: boolean): Promise<{ acked: number; lost: number }> {
  await using disk = openLoopDisk(512)
  const server = await startNatsServer({ dir: `${disk.dir}/nats`, durable })
  const nats = await openNats({ url: server.url, name: 'power-cut' })
  await provisionStreams(nats, { maxBytes: 128 * 1024 ** 2 })
  execFileSync('sync')
  const until = performance.now() + underLoadMs
  let acked = 0
  const lane = async () => {
    while (performance.now() < until) {
      const { seq } = await nats.js.publish('events.cut.0', Buffer.alloc(200, 1))
      acked = Math.max(acked, seq)
    }
  }
  await Promise.all(Array.from({ length: 8 }, lane))
  process.kill(server.pid, 'SIGSTOP')
  await using after = disk.cut()
  await nats.nc.close()
  process.kill(server.pid, 'SIGKILL')
  await server.exited
  const again = await startNatsServer({ dir: `${after.dir}/nats`, durable })
  const back = await openNats({ url: again.url, name: 'power-cut' })
  const kept = await back.jsm.streams.info('EVENTS').then(
    ({ state }) => state.last_seq,
    () => 0,
  )
  await back.nc.close()
  await again.stop()
  return { acked, lost: Math.max(0, acked - kept) }
}

async function cutDatabase(): Promise<{ acked: number; lost: number }> {
  await using disk = openLoopDisk(1_024)
  const server = await startPostgres({ dir: `${disk.dir}/postgres` })
  const pool = new pg.Pool({ connectionString: server.url, max: 8 })
  pool.on('error', () => undefined)
  await pool.query('CREATE TABLE acked (n int)')
  execFileSync('sync')
  const until = performance.now() + underLoadMs
  let n = 0
  const acked = new Set<number>()
  const lane = async () => {
    while (performance.now() < until) {
      const mine = ++n
      await pool.query('INSERT INTO acked VALUES ($1)', [mine])
      acked.add(mine)
    }
  }
  await Promise.all(Array.from({ length: 8 }, lane))
  process.kill(server.pid, 'SIGSTOP')
  await using after = disk.cut()
  process.kill(server.pid, 'SIGCONT')
  await pool.end()
  await server.stop()
  const again = await startPostgres({ dir: `${after.dir}/postgres` })
  const client = new pg.Client({ connectionString: again.url })
  await client.connect()
  const { rows } = await client.query<{ n: number }>('SELECT n FROM acked')
  await client.end()
  await again.stop()
  const kept = new Set(rows.map((row) => row.n))
  return { acked: acked.size, lost: [...acked].filter((mine) => !kept.has(mine)).length }
}
