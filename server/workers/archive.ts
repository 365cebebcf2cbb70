import { hostname } from 'node:os'
import { archiveDirOf, fixPartitions } from '../control'
import { claimArchive, openSchemaRegistry, runArchiver, type ArchiverStatus } from '../log'
import { newId, systemClock, type Env, type Stop } from '../platform'
import { ofType, openUsage } from '../slo'
import { connect } from './connections'
import { beginHeartbeat } from './heartbeat'

export async function startArchive(env: Env): Promise<Stop> {
  const { pool, nats, close } = await connect(env, 'archive', 4)
  const owner = `archive-${hostname()}-${process.pid}-${newId().slice(0, 8)}`
  let status: ArchiverStatus = { state: 'standby', seq: 0 }
  try {
    await claimArchive({ pool, dir: archiveDirOf(env) })
    const schemas = await openSchemaRegistry({ pool, nats })
    const endHeartbeat = await beginHeartbeat({
      pool,
      id: owner,
      role: 'archive',
      detail: () => ({ ...status }),
    })
    const usage = openUsage({ pool, clock: systemClock, own: 'log' })
    const stop = await runArchiver({
      pool,
      nats,
      schemas,
      owner,
      dir: archiveDirOf(env),
      partitions: await fixPartitions(pool),
      onArchived: (type, { events, bytes }) => {
        usage.note({ layer: 'log', pipeline: ofType(type), weight: events, bytesWritten: bytes, events })
      },
      onStatus: (changed) => (status = changed),
    })
    return async () => {
      await stop()
      await usage.stop()
      schemas.close()
      await endHeartbeat()
      await close()
    }
  } catch (error) {
    await close()
    throw error
  }
}
