import type { Pool } from '../clients'
import type { ObjectiveSpec, ObjectiveState } from './model'
import { Evaluator } from './objectives/evaluator'
import { putStates } from './objectives/objective-store'

/** Rounds over so many objectives, each of an indicator of its own: read what changed, evaluate, store. */
export function evaluationBench(pool: Pool, count: number) {
  const specs = Array.from({ length: count }, (_, i): ObjectiveSpec => ({
    id: `p${i + 1}.latency`,
    name: 'latency',
    title: 'Read latency',
    owner: 'ops',
    sli: { pipeline: `p${i + 1}`, indicator: 'latency', threshold: 300 },
    parts: [],
    target: 0.95,
    window: { kind: 'rolling', days: 30 },
    budgeting: { method: 'occurrences' },
    minTotal: 20,
    urgency: 'page',
    labels: {},
  }))
  const evaluator = new Evaluator(pool)
  return {
    async round(now: number): Promise<ObjectiveState[]> {
      const { states } = await evaluator.evaluate({ specs, corrections: [], now }, () => null)
      if (states.some(({ status }) => status !== 'met')) throw new Error('a figure is missing')
      await putStates(pool, states)
      return states
    },
  }
}
