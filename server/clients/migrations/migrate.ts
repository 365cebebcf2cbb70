import { AppError } from '../../platform'
import { openMigrationEngine } from './engine'

/** Brings the database to the newest migration; two at once are safe. Resolves to the names applied. */
export const migrate = (url: string): Promise<string[]> => withEngine(url, (engine) => engine.apply())

/** SQL that schema.prisma needs beyond the migrations; '' when they agree. Uses a shadow database beside `url`. */
export const schemaDifference = (url: string): Promise<string> =>
  withEngine(url, (engine) => engine.difference())

async function withEngine<T>(
  url: string,
  use: (engine: Awaited<ReturnType<typeof openMigrationEngine>>) => Promise<T>,
): Promise<T> {
  const engine = await openMigrationEngine(url)
  try {
    return await use(engine)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError(
      'unavailable',
      `Migrating the database failed: ${reason}. Check that DATABASE_URL is right and its user may create tables; nothing else was changed.`,
      { cause: error },
    )
  } finally {
    await engine.close()
  }
}
