import { inTransaction, type Pool, type PoolClient } from '../../../clients'
import { checkSpec } from '../check-spec'
import type { OpenSloImport, Trail } from '../model'
import { findObjective, lockObjectives, type StoredSpec } from '../objective-store'
import { sameSpec } from '../same-spec'
import { saveLocked } from '../save-objective'
import { readOpenSlo, refused, type Problem, type ReadDocument, type Slo } from './document'
import { readSlo, type ReadSpec } from './read-slo'

interface Request {
  /** YAML or JSON, one document or several. */
  text: string
  actor: string
  reason: string
  dryRun: boolean
}

/** Puts the objectives of OpenSLO documents in force: all of them, or with the first problem none. */
export async function importOpenSlo(
  { pool, trail }: { pool: Pool; trail: Trail },
  { text, actor, reason, dryRun }: Request,
): Promise<OpenSloImport> {
  const documents = readOpenSlo(text)
  const wanted = specsOf(documents)
  const result: OpenSloImport = { dryRun, objectives: [], skipped: skippedOf(documents) }
  await inTransaction(pool, async (client) => {
    await lockObjectives(client)
    for (const one of wanted) {
      const spec = await standing(client, one)
      const saved = spec
        ? { view: spec, change: 'unchanged' as const }
        : await saveLocked(client, { spec: one.spec, actor, reason, trail })
      const { id, title } = saved.view
      result.objectives.push({ id, title, change: saved.change, view: saved.view })
    }
    if (dryRun) throw new Unwanted()
  }).catch((error: unknown) => {
    if (!(error instanceof Unwanted)) throw error
  })
  return result
}

/** Takes back what a dry run did. */
class Unwanted extends Error {}

/** A part that is there already and counts the same stands as it is, with a window of its own. */
async function standing(client: PoolClient, { spec, isPart }: Wanted): Promise<StoredSpec | null> {
  if (!isPart) return null
  const known = await findObjective(client, spec.id)
  if (known?.removedAt !== null) return null
  const { sli, target } = known.spec
  return target === spec.target && sameSpec({ ...spec, sli }, spec) ? known.spec : null
}

interface Wanted extends ReadSpec {
  spec: StoredSpec
}

function specsOf(documents: readonly ReadDocument[]): Wanted[] {
  const problems: Problem[] = []
  const wanted = documents.flatMap(({ document, written }): Wanted[] => {
    if (document.kind !== 'SLO') return []
    // As text: jsonb keeps no order of keys.
    const kept = [written, ...referredBy(document, documents)].map((one) => JSON.stringify(one))
    return readSlo(document, documents, problems).flatMap((read) => {
      const spec = checked(read, document, problems)
      return spec ? [{ ...read, spec: { ...spec, openslo: { documents: kept, index: read.index } } }] : []
    })
  })
  if (problems.length > 0) throw refused(problems)
  if (wanted.length === 0)
    throw refused([{ path: '', expected: 'expected at least one document of kind SLO' }])
  const ids = wanted.map(({ spec }) => spec.id)
  const twice = ids.find((id, i) => ids.indexOf(id) < i)
  if (twice !== undefined)
    throw refused([
      { path: twice, expected: 'expected each objective once; give one of them another metadata.name' },
    ])
  return wanted
}

function checked({ spec }: ReadSpec, slo: Slo, problems: Problem[]) {
  try {
    return checkSpec(spec)
  } catch (error) {
    const found = (error as { details?: { problems?: Problem[] } }).details?.problems ?? []
    for (const { path, expected } of found)
      problems.push({ path: `SLO ${slo.metadata.name}: ${path}`, expected })
    return null
  }
}

function referredBy({ spec }: Slo, documents: readonly ReadDocument[]): unknown[] {
  const text = JSON.stringify(spec)
  const isNamed = (name: string) => text.includes(`Ref":${JSON.stringify(name)}`)
  return documents
    .filter(({ document }) => document.kind !== 'SLO' && isNamed(document.metadata.name))
    .map(({ written }) => written)
}

/** What is valid and not ours to keep: alerting follows from budgets here, sources are Parallax's own. */
const skippedOf = (documents: readonly ReadDocument[]): string[] =>
  documents
    .filter(({ document }) => document.kind !== 'SLO' && document.kind !== 'SLI')
    .map(({ document }) => `${document.kind} ${document.metadata.name}`)
