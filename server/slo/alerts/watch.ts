import { runExclusively, type Nats, type Pool, type PoolClient } from '../../clients'
import { logger, sleep, type Clock, type Stop } from '../../platform'
import { sender, type SendOptions } from '../notify/send'
import { announceAlerts } from './announce'
import { AwayRounds } from './away'
import { forgetAlerts } from './book-store'
import type { AlertFacts, AlertFactsSource, DependencyFact } from './facts'
import { FactsMemory } from './facts-memory'
import { askDependency, blindParts, FactsReader } from './read-facts'
import { runRound, type Round } from './round'

const everyMs = 5_000
const forgetEveryMs = 3_600_000

export interface WatchDeps {
  pool: Pool
  nats: Nats
  clock: Clock
  source: AlertFactsSource
  /** Channels may reach internal addresses where they ask for it. */
  allowInternal: boolean
  lookup?: SendOptions['lookup']
  everyMs?: number
}

/**
 * Evaluates the rules, in one process at a time, for ever. While the store is away the process that evaluated last
 * goes on from memory; the others wait for the lock.
 */
export function runAlertWatcher(deps: WatchDeps): Stop {
  const watcher = new Watcher(deps)
  return runExclusively({
    pool: deps.pool,
    name: 'alert watcher',
    work: (client, signal) => watcher.work(client, signal),
  })
}

class Watcher {
  private readonly reader: FactsReader
  private last: Round | null = null
  private lastAt: number | null = null
  private forgottenAt = 0

  constructor(private readonly deps: WatchDeps) {
    this.reader = new FactsReader(deps, new FactsMemory())
  }

  async work(client: PoolClient, signal: AbortSignal): Promise<void> {
    // The process may have stood by for long: only its own rounds count.
    this.lastAt = null
    while (!signal.aborted) {
      const store = await askDependency(() => client.query('SELECT 1'))
      if (store.isAway) {
        await this.goOnWithout(store, signal)
        throw new Error('the store was away; taking the lock again')
      }
      await this.round(store)
      await sleep(this.deps.everyMs ?? everyMs, signal)
    }
  }

  private async round(store: DependencyFact): Promise<void> {
    const { pool, nats, clock } = this.deps
    const log = await this.askLog()
    const parts = await this.reader.read(log)
    const now = clock.now()
    const round = await runRound(pool, { store, log, roundGapS: this.gapS(now), ...parts }, now)
    this.last = round
    this.lastAt = now
    if (round.hasNews) announceAlerts(nats)
    if (now - this.forgottenAt >= forgetEveryMs) {
      this.forgottenAt = now
      await forgetAlerts(pool)
    }
  }

  /** Until the store answers again, then records what happened. */
  private async goOnWithout(first: DependencyFact, signal: AbortSignal): Promise<void> {
    const { pool, clock } = this.deps
    const away = this.last && new AwayRounds(this.last)
    let store = first
    while (!signal.aborted) {
      // A connection of its own may have broken while the store is there.
      store = await askDependency(() => pool.query('SELECT 1'))
      if (!store.isAway) break
      const now = clock.now()
      if (away) {
        const facts: AlertFacts = { store, log: await this.askLog(), roundGapS: null, ...blindParts() }
        await away.round(facts, now, this.send())
        this.lastAt = now
      }
      await sleep(this.deps.everyMs ?? everyMs, signal)
    }
    if (store.isAway) return
    await away?.record(pool)
    logger('alerts').info('the store is back; what was told from memory is recorded')
  }

  private send() {
    const { allowInternal, lookup } = this.deps
    const isAllowed = allowInternal || this.last?.settings.routes.allowInternal === true
    return sender({ allowInternal: isAllowed, ...(lookup && { lookup }) })
  }

  private askLog(): Promise<DependencyFact> {
    return askDependency(() => this.deps.nats.nc.flush())
  }

  private gapS(now: number): number | null {
    return this.lastAt === null ? null : (now - this.lastAt) / 1000
  }
}
