import { createHash, randomUUID } from 'node:crypto'
import pg from 'pg'
import { AppError } from '../../platform'
import { readMigrations } from './files'

/** The number under which Prisma's own tools exclude each other too. */
const lockNumber = 72_707_369
/** Changing a table waits for whoever uses it, and makes all others wait meanwhile: given up, and tried again. */
const lockTimeoutMs = 2_000

interface Migration {
  name: string
  sql: string
}

/**
 * Applies what is missing, each migration in one transaction with its row in Prisma's table: killed at any instant,
 * it has happened whole or not at all, and the next run goes on from there. Two runs at once do it once.
 */
export async function applyMigrations(url: string, folder: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'parallax-migrate' })
  // A connection that breaks between two statements emits; the next statement rejects, which is what counts.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [lockNumber])
    await client.query(createTable)
    const { rows } = await client.query<{ name: string; finished: boolean }>(
      `SELECT migration_name AS name, finished_at IS NOT NULL AS finished FROM _prisma_migrations
        WHERE rolled_back_at IS NULL`,
    )
    const finished = new Set(rows.flatMap((row) => (row.finished ? [row.name] : [])))
    const begun = new Set(rows.map((row) => row.name))
    const applied: string[] = []
    for (const { name, sql } of migrationsOf(folder)) {
      if (finished.has(name)) continue
      if (begun.has(name)) await settleBegun(client, { name, sql })
      else await apply(client, { name, sql })
      applied.push(name)
    }
    return applied
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`)
    await client.query(bodyOf(migration))
    await client.query(`DELETE FROM _prisma_migrations WHERE migration_name = $1 AND finished_at IS NULL`, [
      migration.name,
    ])
    await record(client, migration)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`${migration.name}: ${reason}`, { cause: error })
  }
}

/** What was there before: the migration's transaction had been committed. */
const existsAlready = new Set(['42P07', '42P06', '42701', '42710', '42723'])

/**
 * Begun by a release that noted beginning and end outside of the migration's transaction, and killed. It happened
 * whole or not at all; where it did, making its things again is refused.
 */
async function settleBegun(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await apply(client, migration)
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } }
    if (!existsAlready.has(cause?.code ?? '')) throw error
    await client.query(
      `UPDATE _prisma_migrations SET finished_at = clock_timestamp(), applied_steps_count = 1
        WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL`,
      [migration.name],
    )
  }
}

const record = (client: pg.Client, { name, sql }: Migration) =>
  client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp(), 1)`,
    [randomUUID(), createHash('sha256').update(sql).digest('hex'), name],
  )

/** As Prisma makes it. */
const createTable = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`

function migrationsOf(folder: string): Migration[] {
  return readMigrations(folder).migrationDirectories.map(({ path: name, migrationFile: { content } }) => ({
    name,
    sql: content.tag === 'ok' ? content.value : '',
  }))
}

/** Migrations are written as transactions of their own; this one ends with the row that says it happened. */
function bodyOf({ name, sql }: Migration): string {
  const body = /^\s*BEGIN;\s([\s\S]*)\sCOMMIT;\s*$/.exec(sql)?.[1]
  if (body !== undefined) return body
  throw new AppError(
    'internal',
    `Applying ${name} failed: its SQL is not one transaction. Begin it with BEGIN; and end it with COMMIT;.`,
  )
}
