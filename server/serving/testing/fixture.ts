import { readValues, type ValueCell } from '../read-values'
import type { Pool } from '../../clients'
import type { Definition } from '../../pipeline'
import { History, origin, testDefinition, windowMs } from './history'

let made = 0
export const freshName = () => `trips-${++made}`

/** Every cell, read page by page. */
export async function readAll(history: History, limit: number): Promise<ValueCell[]> {
  const values: ValueCell[] = []
  let cursor: string | undefined
  do {
    const page = await readValues(history.pool, {
      ...history.target,
      limit,
      cursor,
    })
    values.push(...page.values)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return values
}

/** Cells as the oracle tells them: without the median, which is an estimate. */
export const shown = (values: readonly ValueCell[]) =>
  values.map(({ windowStart, key, measures, completeness }) => {
    const exact = { ...measures }
    delete exact.median
    return { windowStart, key, measures: exact, complete: completeness === 'complete' }
  })

/** 200 events of seven keys, one a second, folded and committed. */
export async function filled(pool: Pool, partitions = 2, change: Partial<Definition> = {}): Promise<History> {
  const definition = testDefinition({ name: freshName(), ...change })
  const history = await new History(pool, definition, partitions).create()
  for (let i = 0; i < 200; i++) {
    history.append({
      partition: i % partitions,
      id: `e${i}`,
      time: origin + i * 1_000,
      key: `k${i % 7}`,
      miles: i,
      fare: String(i % 5),
    })
  }
  await history.catchUp()
  return history
}

/** Whole windows round all of it. */
export const everything = {
  from: origin - (origin % windowMs) - windowMs,
  to: origin - (origin % windowMs) + 100 * windowMs,
}
export const requestOf = (history: History) => ({
  computeId: history.computeId,
  actor: 'test',
  reason: 'why',
  jobId: null,
})
