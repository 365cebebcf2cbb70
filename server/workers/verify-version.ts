import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDuckDbEngine, verifyVersion, type Verification } from '../batch'
import { openPool } from '../clients'
import { archiveDirOf, definitionOf } from '../control'
import { compilePipeline } from '../pipeline'
import { AppError, type Env } from '../platform'
import { findVersion } from '../serving'
import { openArchiveSource } from './archive-source'
import { documentOfCompute } from './verify-store'

/** Verifies a version on the database and archive of the environment, beside whatever runs on them. */
export async function verifyByNumber(env: Env, pipeline: string, number: number): Promise<Verification> {
  const pool = openPool(databaseUrlOf(env), { name: 'parallax-verify', max: 4 })
  const tempDir = await mkdtemp(path.join(tmpdir(), 'parallax-verify-'))
  const engine = await openDuckDbEngine({ tempDir, onlyIn: [archiveDirOf(env)] })
  try {
    const version = await findVersion(pool, pipeline, number)
    if (version === null) {
      throw new AppError(
        'not_found',
        `Verifying failed: ${pipeline} has no version ${number}. List them on its page.`,
      )
    }
    // What it was counted with, which the pipeline may have changed since.
    const document = await documentOfCompute(pool, version.computeId)
    const compiled = compilePipeline(definitionOf({ name: pipeline, document }))
    const archive = openArchiveSource({ pool, nats: null, dir: archiveDirOf(env) })
    return await verifyVersion({
      pool,
      engine,
      archive,
      version,
      compiled,
    })
  } finally {
    await engine.close()
    await pool.end()
    await rm(tempDir, { recursive: true, force: true })
  }
}

/** DATABASE_URL, else the private Postgres that runs on the data folder. */
function databaseUrlOf(env: Env): string {
  if (env.databaseUrl !== undefined) return env.databaseUrl
  const at = (ending: string) => path.join(env.dataDir, `postgres.${ending}`)
  if (!existsSync(at('password')) || !existsSync(at('port'))) {
    throw new AppError(
      'unavailable',
      `Finding the database failed: there is none in ${env.dataDir}. Name the folder with --data-dir, or set DATABASE_URL.`,
    )
  }
  const [password, port] = [readFileSync(at('password'), 'utf8'), readFileSync(at('port'), 'utf8')]
  return `postgresql://parallax:${password}@127.0.0.1:${port}/parallax`
}
