import { inTransaction, type Pool } from '../../clients'
import type { Clock } from '../../platform'
import type { AlertBoard } from '../model'
import { boardRows } from './board-store'
import { composeBoard } from './compose-board'
import { selectRouteSettings, selectWatcherMark } from './settings-store'

/** Live alerts by cause, as the last round left them; all from one snapshot. */
export function readAlertBoard({ pool, clock }: { pool: Pool; clock: Clock }): Promise<AlertBoard> {
  return inTransaction(
    pool,
    async (client) => {
      const rows = await boardRows(client)
      const { routes } = await selectRouteSettings(client)
      const watcher = await selectWatcherMark(client)
      return composeBoard({ ...rows, routes, watcher, now: clock.now() })
    },
    'REPEATABLE READ',
  )
}
