import path from 'node:path'
import { openDuckDbEngine } from '../batch'
import { archiveDirOf, runAuditRelay, openGovernor, runBatchWorker } from '../control'
import { checkArchive } from '../log'
import { systemClock, type Env, type Stop } from '../platform'
import { runCorrectionsRelay } from '../reconcile'
import { openUsage } from '../slo'
import { openArchiveSource } from './archive-source'
import { connect } from './connections'

/** Each of two lanes stages on one connection while it heartbeats and schedules on others; a relay keeps one. */
const poolSize = 9

export async function startBatch(env: Env): Promise<Stop> {
  const { pool, nats, close } = await connect(env, 'batch', poolSize)
  try {
    await checkArchive({ pool, dir: archiveDirOf(env) })
    const engine = await openDuckDbEngine({
      tempDir: path.join(env.dataDir, 'spill'),
      onlyIn: [archiveDirOf(env)],
      // The entry that this process was started with; its verb is the engine's.
      program: [...process.execArgv, process.argv[1] ?? '', 'duckdb'],
      ...(env.batchMemoryMb !== undefined && { memoryMb: env.batchMemoryMb }),
    })
    const archive = openArchiveSource({ pool, nats, dir: archiveDirOf(env) })
    const governor = openGovernor({ pool, nats, clock: systemClock })
    const usage = openUsage({ pool, clock: systemClock, own: 'batch' })
    const stop = await runBatchWorker({ pool, nats, clock: systemClock, engine, archive, governor, usage })
    const stopAuditRelay = runAuditRelay({ pool, nats })
    const stopCorrectionsRelay = runCorrectionsRelay({ pool, nats })
    return async () => {
      await Promise.all([stopAuditRelay(), stopCorrectionsRelay()])
      await stop()
      await usage.stop()
      await engine.close()
      await close()
    }
  } catch (error) {
    await close()
    throw error
  }
}
