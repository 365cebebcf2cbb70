import { stringify } from 'yaml'
import type { Pool } from '../../../clients'
import { AppError } from '../../../platform'
import { checkSpec } from '../check-spec'
import { selectObjectives, type StoredObjective } from '../objective-store'
import { sameSpec } from '../same-spec'
import { notFound } from '../save-objective'
import { readWritten } from './document'
import { readSlo } from './read-slo'
import { writeSlo } from './write-slo'

/** An objective as OpenSLO: the documents it came with while they still say what is in force, else new ones. */
export async function exportOpenSlo({ pool }: { pool: Pool }, id: string): Promise<string> {
  const all = await selectObjectives(pool)
  const stored = all.find((one) => one.id === id)
  if (!stored) throw notFound(id)
  return documentsOf(stored, all)
    .map((document) => stringify(document))
    .join('---\n')
}

export function documentsOf(stored: StoredObjective, all: readonly StoredObjective[]): unknown[] {
  const written = stored.spec.openslo?.documents.map((one) => JSON.parse(one) as unknown)
  if (written && saysWhatIsInForce(written, all)) return written
  const parts = stored.spec.parts.map(({ id }) => {
    const part = all.find((one) => one.id === id)?.spec
    if (!part?.sli)
      throw new AppError(
        'conflict',
        `Exporting ${stored.id} failed: its part ${id} is made of parts itself, which OpenSLO cannot say. Export the parts one by one.`,
      )
    return part
  })
  return [writeSlo(stored.spec, parts)]
}

function saysWhatIsInForce(written: readonly unknown[], all: readonly StoredObjective[]): boolean {
  const documents = readWritten(written)
  const [first] = documents
  if (first?.document.kind !== 'SLO') return false
  const read = readSlo(first.document, documents, [])
  return (
    read.length > 0 &&
    read.every(({ spec }) => {
      const current = all.find(({ id }) => id === spec.id)?.spec
      if (!current) return false
      const { openslo: _kept, ...plain } = current
      return sameSpec(plain, checkSpec(spec))
    })
  )
}
