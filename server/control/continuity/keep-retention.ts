import { inTransaction, type Nats, type Pool } from '../../clients'
import { archivedSeq, firstAfter, setLogAge, streamState } from '../../log'
import type { Clock } from '../../platform'
import { audit } from '../audit'
import { saveHold, selectHold } from './continuity-store'
import { judgeRetention, type RetentionChange } from './judge-retention'

interface Deps {
  pool: Pool
  nats: Nats
  clock: Clock
}

/** Lengthens the log's retention while the archive is behind, and shortens it again. Resolves to what was changed. */
export async function keepRetention(deps: Deps): Promise<RetentionChange | null> {
  const { pool, nats, clock } = deps
  const [{ maxAgeMs, lastSeq }, archived, hold] = await Promise.all([
    streamState(nats),
    archivedSeq(pool),
    selectHold(pool),
  ])
  if (maxAgeMs === 0) return null
  const oldestAt = archived < lastSeq ? await firstAfter(nats, archived, 'events.>') : null
  const waitsMs = oldestAt === null ? null : Math.max(0, clock.now() - oldestAt)
  const change = judgeRetention({ maxAgeMs, hold, waitsMs })
  if (change === null) return null
  await inTransaction(pool, async (client) => {
    await saveHold(client, change.hold)
    await audit(client, clock, {
      actor: 'system',
      action: 'log.retention',
      object: 'log',
      detail: { reason: change.says, before: maxAgeMs, after: change.maxAgeMs, waitsMs },
    })
    // In the transaction: a change that the server refuses is not written either.
    await setLogAge(nats, change.maxAgeMs)
  })
  return change
}
