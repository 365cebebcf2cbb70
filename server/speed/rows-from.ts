import type { EventBatch } from '../pipeline'

/** The rows of messages after `seq`; the batch itself when that is all of them, null when it is none. */
export function rowsFrom(batch: EventBatch, seq: number): EventBatch | null {
  let from = 0
  while (from < batch.n && (batch.seq[from] as number) <= seq) from++
  if (from === 0) return batch.n === 0 ? null : batch
  if (from === batch.n) return null
  // No prototype: a field may be called __proto__.
  const columns = Object.create(null) as EventBatch['columns']
  for (const name of Object.keys(batch.columns)) columns[name] = (batch.columns[name] ?? []).slice(from)
  return {
    type: batch.type,
    partition: batch.partition,
    n: batch.n - from,
    seq: batch.seq.slice(from),
    index: batch.index.slice(from),
    logTime: batch.logTime.slice(from),
    time: batch.time.slice(from),
    source: batch.source.slice(from),
    id: batch.id.slice(from),
    subject: batch.subject.slice(from),
    columns,
  }
}
