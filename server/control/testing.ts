import { History, origin, testDefinition } from '../serving/testing/history'
import { formatDefinition, parseDefinition, type Definition } from '../pipeline'
import { inTransaction, type Pool } from '../clients'
import { putVersion } from './pipeline-store'

export { origin }
export const hourStart = origin - (origin % 3_600_000)

/** A pipeline in force over a history of two hours: real fold, real commits, and a log that batch can read. */
export async function pipelineWithHistory(
  pool: Pool,
  name: string,
  change: Partial<Definition> = {},
): Promise<History> {
  const wanted = testDefinition({
    name,
    dedupeHorizonMs: 600_000,
    retention: { versions: 5, cellsMs: 400 * 86_400_000 },
    batch: { everyMs: 31 * 86_400_000, reconcile: 'auto', tolerance: 0 },
    ...change,
  })
  // As it is stored and read back: measures come in the order of their names.
  const parsed = parseDefinition(formatDefinition(wanted))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const { definition } = parsed
  const history = await new History(pool, definition, 2).create()
  await inTransaction(pool, (client) =>
    putVersion(client, {
      pipeline: name,
      document: formatDefinition(definition),
      computeId: history.computeId,
      actor: 'test',
      reason: null,
    }),
  )
  append(history, 600)
  await history.catchUp()
  return history
}

/** Events over two hours, in order, some of them twice. */
export function append(history: History, count: number): void {
  const first = history.log.length
  for (let i = first; i < first + count; i++) {
    const repeated = i % 13 === 5 ? history.log[i - 3] : undefined
    history.append({
      partition: repeated?.partition ?? i % 2,
      id: repeated?.id ?? `e${i}`,
      time: repeated?.time ?? hourStart + (i - first) * Math.floor(7_200_000 / count),
      key: ['a', 'b', 'c'][i % 3] ?? 'a',
      miles: i % 97,
      fare: String(i % 7),
    })
  }
}
