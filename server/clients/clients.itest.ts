import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyInto, holdConnection, inTransaction, openDuck, openPrisma, readSetting, saveSetting } from '.'
import { sleep } from '../platform'
import { schemaDifference } from './migrations'
import { startTestServices, type TestServices } from './testing'

let services: TestServices

beforeAll(async () => {
  services = await startTestServices()
})

afterAll(() => services.stop())

describe('the schema', () => {
  test('is what the migrations make', async () => {
    expect(await schemaDifference(services.databaseUrl)).toBe('')
  })
})

describe('the pool', () => {
  test('reads int8 as number, numeric and numeric[] as exact text', async () => {
    const { rows } = await services.pool.query(
      `SELECT 9007199254740991::int8 AS big, 0.1::numeric AS exact, '{1,NULL,12345678901234567890.5}'::numeric[] AS acc, '{}'::numeric[] AS none, '{7,8}'::int8[] AS cut`,
    )
    expect(rows).toEqual([
      {
        big: 9007199254740991,
        exact: '0.1',
        acc: ['1', null, '12345678901234567890.5'],
        none: [],
        cut: [7, 8],
      },
    ])
  })

  test('refuses an int8 that a number would round', async () => {
    await expect(services.pool.query('SELECT 9007199254740993::int8')).rejects.toThrow('beyond 2^53')
  })
})

describe('a setting', () => {
  test('comes back as it was last saved, a list as a list; nothing saved is null', async () => {
    expect(await readSetting(services.pool, 'kept')).toBeNull()
    for (const value of ['text', 7, [[1, 2], []], { list: ['a'] }, [], null]) {
      await saveSetting(services.pool, 'kept', value)
      expect(await readSetting(services.pool, 'kept')).toEqual(value)
    }
  })
})

describe('a transaction', () => {
  test('that fails leaves nothing', async () => {
    const failed = inTransaction(services.pool, async (client) => {
      await client.query(`INSERT INTO setting (key, value) VALUES ('lost', '1')`)
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    const { rowCount } = await services.pool.query(`SELECT FROM setting WHERE key = 'lost'`)
    expect(rowCount).toBe(0)
  })

  test('copies rows in and counts them', async () => {
    const rows = await inTransaction(services.pool, (client) =>
      copyInto(client, 'COPY setting (key, value) FROM STDIN', Readable.from(['a\t1\n', 'b\t2\n'])),
    )
    expect(rows).toBe(2)
  })

  test('whose connection is cut rejects, and the pool goes on', async () => {
    const cut = inTransaction(services.pool, async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await services.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])
      await client.query('SELECT 1')
    })
    await expect(cut).rejects.toThrow()
    expect((await services.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})

describe('a held connection', () => {
  test('that breaks between two statements rejects the next one and is not given back', async () => {
    const { client, release } = await holdConnection(services.pool)
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    await services.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])
    // Until it has emitted; with nobody to hear it, that ends the process.
    await sleep(100)
    await expect(client.query('SELECT 1')).rejects.toThrow()
    release()
    expect((await services.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})

describe('Prisma', () => {
  test('shares the pool and keeps its own types', async () => {
    const prisma = openPrisma(services.pool)
    await prisma.archivePosition.create({ data: { id: 1, seq: 5n, fence: 0n } })
    expect(await prisma.archivePosition.findUnique({ where: { id: 1 } })).toMatchObject({ seq: 5n })
  })
})

describe('JetStream', () => {
  test('acknowledges once per message id', async () => {
    await services.nats.jsm.streams.add({ name: 'TRY', subjects: ['try.>'] })
    const first = await services.nats.js.publish('try.a', 'x', { msgID: '1' })
    const again = await services.nats.js.publish('try.a', 'x', { msgID: '1' })
    expect([first.duplicate, again.duplicate, again.seq]).toEqual([false, true, 1])
  })
})

describe('DuckDB', () => {
  test('appends columns and reads them back exactly', async () => {
    const duck = await openDuck()
    await duck.run('CREATE TABLE t (seq BIGINT, price DECIMAL(38,3), name VARCHAR, fp UBIGINT, body BLOB)')
    const many = Array.from({ length: 5_000 }, (_, i) => i)
    await duck.appendColumns('t', [
      many,
      many.map(() => null),
      many.map((i) => `n${i}`),
      many.map((i) => 18446744073709551615n - BigInt(i)),
      many.map(() => new Uint8Array([1, 2])),
    ])
    await duck.run(`UPDATE t SET price = 12345678901234567890.125 WHERE seq = 1`)
    expect(await duck.rows('SELECT * FROM t WHERE seq = 1')).toEqual([
      {
        seq: 1,
        price: '12345678901234567890.125',
        name: 'n1',
        fp: 18446744073709551614n,
        body: Buffer.from([1, 2]),
      },
    ])
    let rows = 0
    for await (const chunk of duck.stream('SELECT seq FROM t ORDER BY seq')) {
      expect(chunk[0]).toEqual([rows])
      rows += chunk.length
    }
    expect(rows).toBe(5_000)
    const second = await duck.fork()
    expect(
      await second.rows('SELECT count(*) AS n, list(seq ORDER BY seq) FILTER (seq < 2) AS two FROM t'),
    ).toEqual([{ n: 5_000, two: [0, 1] }])
    second.close()
    duck.close()
  })
})
