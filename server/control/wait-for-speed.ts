import type { Nats, Pool } from '../clients'
import { firstAfter } from '../log'
import { sleep } from '../platform'
import { definitionOf } from './pipeline-info'
import type { StoredPipeline } from './pipeline-store'
import { selectPositions } from './status-store'

const patienceMs = 15_000
const pollMs = 200

/**
 * A cut is where the speed layer has committed, and a person who asks for a recompute means everything sent before:
 * the run waits, for a while, until the log as of now is folded. Without a speed worker it goes on with what there is.
 */
export async function waitForSpeed(
  { pool, nats }: { pool: Pool; nats: Nats },
  stored: StoredPipeline,
  signal: AbortSignal,
): Promise<void> {
  const { eventType } = definitionOf(stored)
  const startedAt = Date.now()
  while (Date.now() - startedAt < patienceMs) {
    signal.throwIfAborted()
    const positions = await selectPositions(pool, [stored.computeId])
    const oldest = await Promise.all(
      positions.map(({ seq, partition }) => firstAfter(nats, seq, `events.${eventType}.${partition}`)),
    )
    if (oldest.every((at) => at === null || at > startedAt)) return
    await sleep(pollMs, signal)
  }
}
