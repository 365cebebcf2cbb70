import { runExclusively, type Pool } from '../../clients'
import { logger, sleep, type Clock, type Stop } from '../../platform'
import type { ObjectiveState } from '../model'
import { selectCorrections } from './corrections-store'
import { Evaluator } from './evaluator'
import { putStates, selectStates } from './objective-store'
import { DefinitionCache, syncObjectives } from './sync-objectives'

interface Deps {
  pool: Pool
  clock: Clock
}

const roundMs = 10_000

/** Evaluates every objective each ten seconds, in one process at a time, and stores what it found whole. */
export function runObjectives(deps: Deps): Stop {
  return runExclusively({
    pool: deps.pool,
    name: 'objectives',
    async work(_client, signal) {
      const round = objectiveRounds(deps.pool)
      while (!signal.aborted) {
        const startedAt = performance.now()
        const states = await round(deps.clock.now())
        const tookMs = performance.now() - startedAt
        if (tookMs > roundMs)
          logger('objectives').warn({ tookMs, objectives: states.length }, 'a round took longer than it may')
        await sleep(Math.max(0, roundMs - tookMs), signal)
      }
    },
  })
}

/** Rounds over one book of figures; it goes with the first that fails. */
export function objectiveRounds(pool: Pool): (now: number) => Promise<ObjectiveState[]> {
  const definitions = new DefinitionCache()
  const evaluator = new Evaluator(pool)
  let since: Map<string, number | null> | null = null
  return async (now) => {
    since ??= new Map([...(await selectStates(pool, null))].map(([id, state]) => [id, state.since]))
    const stored = await syncObjectives(pool, definitions)
    const asked = { specs: stored.map(({ spec }) => spec), corrections: await selectCorrections(pool), now }
    const { states } = await evaluator.evaluate(asked, (id) => since?.get(id) ?? null)
    await putStates(pool, states)
    since = new Map(states.map((state) => [state.id, state.since]))
    return states
  }
}
