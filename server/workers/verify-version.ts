import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDuckDbEngine, verifyVersion, type Verification } from '../batch'
import { openPool } from '../clients'
import { archiveDirOf, definitionOf } from '../control'
import { checkArchive } from '../log'
import { compilePipeline } from '../pipeline'
import { AppError, type Env } from '../platform'
import { findVersion } from '../serving'
import { openArchiveSource } from './archive-source'
import { databaseUrlOf } from './cli/running-stores'
import { documentOfCompute } from './verify-store'

/** Verifies a version on the database and archive of the environment, beside whatever runs on them. */
export async function verifyByNumber(env: Env, pipeline: string, number: number): Promise<Verification> {
  const pool = openPool(databaseUrlOf(env), { name: 'parallax-verify', max: 4 })
  const tempDir = await mkdtemp(path.join(tmpdir(), 'parallax-verify-'))
  const engine = await openDuckDbEngine({ tempDir, onlyIn: [archiveDirOf(env)] })
  try {
    await checkArchive({ pool, dir: archiveDirOf(env) })
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
