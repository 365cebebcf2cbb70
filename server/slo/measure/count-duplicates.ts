import type { Pool } from '../../clients'
import { selectFolded } from './count-duplicates-store'
import { addCounted, countOnce } from './count-once'
import { minuteOf } from './minute'
import { Tally } from './tally'
import { readThresholds } from './thresholds'

/** By compute: events and duplicates counted so far. */
interface Mark {
  computes: Record<string, [events: number, duplicates: number]>
}

/**
 * Takes what the speed layer counted since the last look. A compute set back to an earlier cut counts the same events
 * again; nothing is added before it is past where it was.
 */
export function countDuplicates(pool: Pool, now: number): Promise<void> {
  return countOnce<Mark>(
    pool,
    { key: 'slo-counted-events', start: { computes: {} } },
    async (client, mark) => {
      const tally = new Tally(await readThresholds(client))
      const computes: Mark['computes'] = {}
      for (const { computeId, pipeline, events, duplicates } of await selectFolded(client)) {
        const known = mark.computes[computeId]
        // A compute that is met first has a history that was not looked at.
        const [knownEvents, knownDuplicates] = known ?? [events, duplicates]
        computes[computeId] = [Math.max(events, knownEvents), Math.max(duplicates, knownDuplicates)]
        const bad = Math.max(0, duplicates - knownDuplicates)
        const good = Math.max(0, events - knownEvents - bad)
        const slot = {
          pipeline,
          indicator: 'duplicates' as const,
          minute: minuteOf(now),
          traffic: 'real' as const,
        }
        tally.add({ ...slot, value: 0, weight: good })
        tally.add({ ...slot, value: 1, weight: bad })
      }
      await addCounted(client, tally)
      return { computes }
    },
  )
}
