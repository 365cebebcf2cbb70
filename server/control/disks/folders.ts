import path from 'node:path'
import type { DiskFolders } from '../../log'
import type { Env } from '../../platform'
import { archiveDirOf } from '../archive-dir'

/** Where each part writes, as far as it is on this machine. */
export const diskFolders = (env: Pick<Env, 'dataDir' | 'archiveDir'>): DiskFolders => ({
  log: path.join(env.dataDir, 'nats'),
  database: path.join(env.dataDir, 'postgres'),
  archive: archiveDirOf(env),
})
