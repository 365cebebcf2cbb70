import { runExclusively, type Pool } from '../../clients'
import { sleep, type Clock, type Stop } from '../../platform'
import { selectRouteSettings } from '../alerts/settings-store'
import { deliverDue } from './deliver'
import { forgetNotifications, queueHeartbeats } from './outbox-store'
import { sender, type SendOptions } from './send'

const pollMs = 1_000
const heartbeatMs = 60_000
const forgetMs = 3_600_000

export interface NotifierDeps {
  pool: Pool
  clock: Clock
  allowInternal: boolean
  lookup?: SendOptions['lookup']
  pollMs?: number
}

/** Empties the outbox, in one process at a time, for ever. */
export function runNotifier({
  pool,
  clock,
  allowInternal,
  lookup,
  pollMs: everyMs = pollMs,
}: NotifierDeps): Stop {
  let heartbeatAt = 0
  let forgottenAt = 0
  const work = async (isStopping: () => boolean, signal: AbortSignal) => {
    while (!isStopping()) {
      const now = clock.now()
      if (now - heartbeatAt >= heartbeatMs) {
        heartbeatAt = now
        await queueHeartbeats(pool, now)
      }
      if (now - forgottenAt >= forgetMs) {
        forgottenAt = now
        await forgetNotifications(pool)
      }
      const settings = await selectRouteSettings(pool)
      const send = sender({
        allowInternal: allowInternal || settings.allowInternal,
        ...(lookup && { lookup }),
      })
      await deliverDue({ pool, clock, send })
      await sleep(everyMs, signal)
    }
  }
  return runExclusively({
    pool,
    name: 'notifier',
    work: async (client, signal) => {
      // Without its connection the lock is lost, and another may have begun.
      let isLost = false
      client.once('end', () => {
        isLost = true
      })
      await work(() => signal.aborted || isLost, signal)
    },
  })
}
