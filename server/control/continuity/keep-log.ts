import { runExclusively, type Nats, type Pool } from '../../clients'
import { logger, sleep, type Clock, type Stop } from '../../platform'
import { bringInStep, markLog, readContinuity } from './bring-in-step'
import { keepRetention } from './keep-retention'

const everyMs = 5_000

interface Deps {
  pool: Pool
  /** May change streams. */
  nats: Nats
  clock: Clock
}

/**
 * Watches the log while everything runs: remembers what it is, goes on behind a tail it has lost, and holds what is
 * not archived yet. One process does it.
 */
export function runLogKeeper(deps: Deps): Stop {
  return runExclusively({
    pool: deps.pool,
    name: 'log keeper',
    work: async (_client, signal) => {
      while (!signal.aborted) {
        await lookAfter(deps).catch((error: unknown) => {
          logger('log').warn({ err: error }, 'looking after the log failed; it is tried again')
        })
        await sleep(everyMs, signal)
      }
    },
  })
}

async function lookAfter(deps: Deps): Promise<void> {
  const { kind } = await readContinuity(deps)
  if (kind === 'in step') await markLog(deps)
  else await bringInStep(deps, { archiveDir: null })
  await keepRetention(deps)
}
