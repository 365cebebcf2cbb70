import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startPostgres } from '../server/clients/embedded'
import { schemaDifference } from '../server/clients/migrations'

// npm run db:create-migration -- <name>: writes what schema.prisma has beyond the migrations as the next one.
const name = process.argv[2] ?? ''
if (!/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error(
    'Creating a migration failed: it has no name. Use npm run db:create-migration -- add_something',
  )
  process.exit(1)
}
const folder = path.resolve('prisma', 'migrations')
mkdirSync(folder, { recursive: true })
const dir = await mkdtemp(path.join(tmpdir(), 'parallax-migration-'))
const postgres = await startPostgres({ dir: path.join(dir, 'postgres'), durable: false })
try {
  const sql = await schemaDifference(postgres.url)
  if (sql === '') {
    console.log('Nothing to do: schema.prisma and the migrations agree.')
  } else {
    const count = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).length
    const target = path.join(folder, `${String(count + 1).padStart(4, '0')}_${name}`)
    mkdirSync(target)
    // The engine does not wrap a migration; without this a failure would leave half of it.
    writeFileSync(path.join(target, 'migration.sql'), `BEGIN;\n\n${sql.trim()}\n\nCOMMIT;\n`)
    writeFileSync(path.join(folder, 'migration_lock.toml'), 'provider = "postgresql"\n')
    console.log(`Wrote ${path.relative('.', target)}/migration.sql. Read it, then commit it.`)
  }
} finally {
  await postgres.stop()
  await rm(dir, { recursive: true, force: true })
}
