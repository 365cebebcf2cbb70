import path from 'node:path'
import type { Env } from '../platform'

export const archiveDirOf = (env: Pick<Env, 'dataDir' | 'archiveDir'>): string =>
  env.archiveDir ?? path.join(env.dataDir, 'archive')
