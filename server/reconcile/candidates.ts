import type { PoolClient } from '../clients'
import { mergeCells, type CompiledPipeline, type StoredCell } from '../pipeline'
import type { ComparedCell } from './compare-cell'
import { candidateOrder, candidatesSql, type CandidateScope } from './compare-sql'
import { cursorRows, stagedRows } from './compare-store'

interface CandidateRow {
  windowStart: number
  key: string
  version: (string | null)[] | null
  versionSketch: Uint8Array | null
  parts: string[]
  partSketches: (Uint8Array | null)[]
  batch: (string | null)[] | null
  batchSketch: Uint8Array | null
  batchParts: string[]
  batchPartSketches: (Uint8Array | null)[]
}

/** Slots of a Postgres array of numbers. */
export const slotsOf = (text: string): (string | null)[] =>
  text
    .slice(1, -1)
    .split(',')
    .map((slot) => (slot === 'NULL' ? null : slot))

const stored = (acc: (string | null)[] | null, sketch: Uint8Array | null): StoredCell | null =>
  acc === null ? null : { acc, sketch }

function merged(
  compiled: CompiledPipeline,
  version: StoredCell | null,
  parts: readonly string[],
  sketches: readonly (Uint8Array | null)[],
): StoredCell | null {
  return parts.reduce<StoredCell | null>((cell, text, i) => {
    const part = { acc: slotsOf(text), sketch: sketches[i] ?? null }
    return cell === null ? part : mergeCells(compiled, cell, part)
  }, version)
}

/** Cells whose two answers may differ, as they are fetched, in order of window and key's bytes. */
export async function* candidates(
  client: PoolClient,
  compiled: CompiledPipeline,
  scope: CandidateScope,
): AsyncGenerator<ComparedCell[]> {
  const sql = candidatesSql(compiled, scope)
  // With sketches nearly every cell that speed touched is one: nothing is gained by writing them down first.
  const pages =
    compiled.layout.sketches.length > 0
      ? cursorRows<CandidateRow>(client, 'candidate', `${sql} ORDER BY ${candidateOrder}`)
      : stagedRows<CandidateRow>(client, 'candidate', sql, candidateOrder)
  for await (const rows of pages) {
    yield rows.map((row) => {
      const version = stored(row.version, row.versionSketch)
      const batch = stored(row.batch, row.batchSketch)
      return {
        windowStart: row.windowStart,
        key: row.key,
        served: merged(compiled, version, row.parts, row.partSketches),
        batch: merged(compiled, batch, row.batchParts, row.batchPartSketches),
        version,
      }
    })
  }
}
