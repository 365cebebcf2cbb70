import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { copyInto, copyOutOf, type PoolClient } from '../../clients'
import { createDurably } from './durable-file'

/** Of this run of the processes, or of people who were signed in: nothing of it is to come back. */
const leftOut = ['_prisma_migrations', 'session', 'worker']

export interface TableShape {
  name: string
  columns: string[]
}

export async function selectTables(client: PoolClient): Promise<TableShape[]> {
  const { rows } = await client.query<TableShape>(
    `SELECT c.table_name AS name, array_agg(c.column_name::text ORDER BY c.ordinal_position) AS columns
       FROM information_schema.columns c JOIN pg_tables t ON t.schemaname = c.table_schema AND t.tablename = c.table_name
      WHERE c.table_schema = current_schema() AND c.is_generated = 'NEVER' AND c.table_name <> ALL ($1::text[])
      GROUP BY 1 ORDER BY 1`,
    [leftOut],
  )
  return rows
}

export async function selectMigrations(client: PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY 1',
  )
  return rows.map(({ name }) => name)
}

/** What each sequence has given last; 0: nothing yet. */
export async function selectSequences(client: PoolClient): Promise<Record<string, number>> {
  const { rows } = await client.query<{ name: string; last: number }>(
    `SELECT sequencename AS name, coalesce(last_value, 0) AS last FROM pg_sequences WHERE schemaname = current_schema()`,
  )
  return Object.fromEntries(rows.map(({ name, last }) => [name, last]))
}

/** Resolves to the rows written. */
export async function writeTable(
  client: PoolClient,
  { name, columns }: TableShape,
  file: string,
): Promise<number> {
  let rows = 0
  await createDurably(file, async (target) => {
    const copy = copyOutOf(
      client,
      `COPY ${identifier(name)} (${columns.map(identifier).join(', ')}) TO STDOUT`,
    )
    await pipeline(copy, createGzip({ level: 1 }), target)
    rows = copy.rowCount
  })
  return rows
}

export function loadTable(client: PoolClient, { name, columns }: TableShape, file: string): Promise<number> {
  const rows = createReadStream(file).pipe(createGunzip())
  return copyInto(
    client,
    `COPY ${identifier(name)} (${columns.map(identifier).join(', ')}) FROM STDIN`,
    rows as AsyncIterable<Buffer>,
  )
}

export async function isEmptyDatabase(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ tables: number }>(
    `SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = current_schema()`,
  )
  return rows[0]?.tables === 0
}

export async function dropEverything(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ schema: string }>('SELECT current_schema() AS schema')
  const schema = identifier(rows[0]?.schema ?? 'public')
  await client.query(`DROP SCHEMA ${schema} CASCADE`)
  await client.query(`CREATE SCHEMA ${schema}`)
}

/** Numbers that were given after the backup was made are given to nothing else. */
const aheadBy = 1_000_000

export async function setSequences(
  client: PoolClient,
  sequences: Readonly<Record<string, number>>,
): Promise<void> {
  for (const [name, last] of Object.entries(sequences)) {
    // The audit trail counts without gaps.
    const next = name.startsWith('audit_entry') ? last + 1 : last + 1 + aheadBy
    await client.query('SELECT setval($1::regclass, $2, false)', [identifier(name), next])
  }
}

/** Whoever held a lease after the backup was made may still run: what it writes carries a number that is too low. */
export async function fenceOut(client: PoolClient): Promise<void> {
  for (const table of ['archive_position', 'speed_position', 'job'])
    await client.query(`UPDATE ${table} SET fence = fence + $1, owner = NULL, lease_until = NULL`, [aheadBy])
}

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`
