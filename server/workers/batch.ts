import path from 'node:path'
import { openDuckDbEngine } from '../batch'
import { archiveDirOf, runAuditRelay, openGovernor, runBatchWorker } from '../control'
import { systemClock, type Env, type Stop } from '../platform'
import { openArchiveSource } from './archive-source'
import { connect } from './connections'

/** A job stages on one connection while it heartbeats, waits and schedules on others; the audit relay keeps one. */
const poolSize = 7

export async function startBatch(env: Env): Promise<Stop> {
  const { pool, nats, close } = await connect(env, 'batch', poolSize)
  try {
    const engine = await openDuckDbEngine({ tempDir: path.join(env.dataDir, 'spill') })
    const archive = openArchiveSource({ pool, nats, dir: archiveDirOf(env) })
    const governor = openGovernor({ pool, nats, clock: systemClock })
    const stop = await runBatchWorker({ pool, nats, clock: systemClock, engine, archive, governor })
    const stopAuditRelay = runAuditRelay({ pool, nats })
    return async () => {
      await stopAuditRelay()
      await stop()
      await engine.close()
      await close()
    }
  } catch (error) {
    await close()
    throw error
  }
}
