import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServices, type TestServices } from '../testing'
import { migrate, schemaDifference } from '.'

const shipped = path.resolve('prisma/migrations')
const names = readdirSync(shipped).filter((name) => /^\d{4}_/.test(name))
const newest = names.at(-1) ?? ''

let services: TestServices
let folder: string
beforeAll(async () => {
  services = await startTestServices()
  folder = mkdtempSync(path.join(services.dataDir, 'migrations-'))
})
afterAll(() => services.stop())

/** An empty database of its own, dropped at the end. */
async function withDatabase(use: (url: string, client: pg.Client) => Promise<void>): Promise<void> {
  const name = `migrations_${String(Math.random()).slice(2)}`
  await services.pool.query(`CREATE DATABASE ${name}`)
  const url = new URL(services.databaseUrl)
  url.pathname = `/${name}`
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    await use(url.href, client)
  } finally {
    await client.end()
    await services.pool.query(`DROP DATABASE ${name} WITH (FORCE)`)
  }
}

/** The shipped migrations up to `name`. */
function upTo(name: string): string {
  const dir = path.join(folder, `up-to-${name}`)
  for (const known of names.slice(0, names.indexOf(name) + 1))
    cpSync(path.join(shipped, known), path.join(dir, known), { recursive: true })
  return dir
}

/** The shipped migrations up to `name`, which ends its own session after its statement `after`. */
function brokenAt(name: string, after: number): string {
  const dir = path.join(folder, 'broken')
  rmSync(dir, { recursive: true, force: true })
  cpSync(upTo(name), dir, { recursive: true })
  const file = path.join(dir, name, 'migration.sql')
  const statements = statementsOf(readFileSync(file, 'utf8'))
  statements.splice(after + 1, 0, 'SELECT pg_terminate_backend(pg_backend_pid())')
  writeFileSync(file, `${statements.join(';\n')};\n`)
  return dir
}

const statementsOf = (sql: string): string[] =>
  sql
    .split(/;\s*\n/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')

const tables = async (client: pg.Client): Promise<number> => {
  const { rows } = await client.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_class WHERE relnamespace = 'public'::regnamespace`,
  )
  return rows[0]?.n ?? 0
}

describe('a migration', () => {
  test('[law 7] killed after its first, a middle or its last statement leaves nothing of itself, and the next run goes on', async () => {
    await withDatabase(async (url, client) => {
      for (const name of names) {
        const last = statementsOf(readFileSync(path.join(shipped, name, 'migration.sql'), 'utf8')).length - 2
        const places = [...new Set([0, Math.floor(last / 2), last])]
        let before = -1
        for (const after of places) {
          await expect(migrate(url, brokenAt(name, after))).rejects.toThrow(/goes on/)
          const now = await tables(client)
          if (before >= 0) expect(now).toBe(before)
          before = now
        }
        expect(await migrate(url, upTo(name))).toEqual([name])
      }
      expect(await migrate(url)).toEqual([])
      expect(await schemaDifference(url)).toBe('')
    })
  })

  test('begun by an earlier release and killed before it was noted as done goes on, whether it had happened or not', async () => {
    await withDatabase(async (url, client) => {
      await migrate(url)
      const begun = `UPDATE _prisma_migrations SET finished_at = NULL, applied_steps_count = 0 WHERE migration_name = $1`
      await client.query(begun, [newest])
      expect(await migrate(url)).toEqual([newest])
      expect(await migrate(url)).toEqual([])
      await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
      await migrate(url, upTo(names.at(-2) ?? ''))
      await client.query(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('begun', '', $1)`,
        [newest],
      )
      expect(await migrate(url)).toEqual([newest])
      expect(await schemaDifference(url)).toBe('')
      const { rows } = await client.query(
        'SELECT count(*)::int AS n FROM _prisma_migrations WHERE finished_at IS NULL',
      )
      expect(rows).toEqual([{ n: 0 }])
    })
  })

  test('is applied once by two that start at once', async () => {
    await withDatabase(async (url, client) => {
      const applied = await Promise.all([migrate(url), migrate(url)])
      expect(applied.flat().sort()).toEqual([...names])
      const { rows } = await client.query('SELECT count(*)::int AS n FROM _prisma_migrations')
      expect(rows).toEqual([{ n: names.length }])
    })
  })

  test('does not make running workers wait for a table that is in use: it gives up and is tried again', async () => {
    await withDatabase(async (url, client) => {
      const dir = path.join(folder, 'waits')
      cpSync(shipped, dir, { recursive: true })
      await migrate(url, dir)
      cpSync(path.join(dir, newest), path.join(dir, '9999_waits'), { recursive: true })
      writeFileSync(
        path.join(dir, '9999_waits', 'migration.sql'),
        'BEGIN;\nALTER TABLE worker ADD COLUMN waits INTEGER;\nCOMMIT;\n',
      )
      await client.query('BEGIN; SELECT 1 FROM worker')
      await expect(migrate(url, dir)).rejects.toThrow(/lock timeout/)
      await client.query('COMMIT')
      expect(await migrate(url, dir)).toEqual(['9999_waits'])
    })
  })
})
