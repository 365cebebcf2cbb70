import { readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'

/** The private Postgres of the browser tests' server, as its owner could reach it. */
function databaseUrl(): string {
  const file = (ending: string) =>
    readFileSync(path.resolve('.cache', 'e2e', `postgres.${ending}`), 'utf8').trim()
  return `postgresql://parallax:${file('password')}@127.0.0.1:${file('port')}/parallax`
}

/** Changes the trail past the trigger that refuses it, as only who owns the database can. */
export async function pastTheGuard(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl() })
  await client.connect()
  try {
    await client.query(`SET session_replication_role = replica; ${sql}`)
  } finally {
    await client.end()
  }
}
