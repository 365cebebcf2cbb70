import path from 'node:path'
import { AppError, projectRoot } from '../../platform'
import { applyMigrations } from './apply'
import { openMigrationEngine } from './engine'

const migrationsFolder = () => path.join(projectRoot(), 'prisma', 'migrations')

/** Brings the database to the newest migration; two at once are safe. Resolves to the names applied. */
export async function migrate(url: string, folder = migrationsFolder()): Promise<string[]> {
  try {
    return await applyMigrations(url, folder)
  } catch (error) {
    throw failed(error)
  }
}

/** SQL that schema.prisma needs beyond the migrations; '' when they agree. Uses a shadow database beside `url`. */
export async function schemaDifference(url: string): Promise<string> {
  const engine = await openMigrationEngine(url)
  try {
    return await engine.difference()
  } catch (error) {
    throw failed(error)
  } finally {
    await engine.close()
  }
}

function failed(error: unknown): AppError {
  const reason = error instanceof Error ? error.message : String(error)
  return new AppError(
    'unavailable',
    `Migrating the database failed: ${reason}. Check that DATABASE_URL is right and its user may create tables; each migration is applied whole or not at all, and the next start goes on.`,
    { cause: error },
  )
}
