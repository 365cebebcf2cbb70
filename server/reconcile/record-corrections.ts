import type { PoolClient } from '../clients'
import type { CompiledPipeline } from '../pipeline'
import { overlaps, readVersions, subtract, type Published, type Range, type VersionRow } from '../serving'
import { candidates } from './candidates'
import { compareCell, isChange } from './compare-cell'
import type { ServedSegment } from './compare-sql'
import { comparedBase, copyCorrections, insertFromChanges, type CorrectionOf } from './corrections-store'

export interface CorrectionsRequest {
  compiled: CompiledPipeline
  /** What publishVersions or rollbackTo returned, in the same transaction. */
  published: Published
  kind: 'publish' | 'rollback'
  jobId: string | null
}

/** A stretch of windows where something else answers now; null: speed alone. */
interface Turn extends Range {
  before: VersionRow | null
  after: VersionRow | null
}

/**
 * Writes a correction for each cell whose answer the publication changes, with both answers at the later of the two
 * cuts; resolves to how many. Where the version was compared with just what it replaces, the comparison knows them.
 */
export async function recordCorrections(client: PoolClient, request: CorrectionsRequest): Promise<number> {
  let recorded = 0
  for (const turn of await turnsOf(client, request.published))
    recorded += (await fromComparison(client, turn, request)) ?? (await fromCells(client, turn, request))
  return recorded
}

async function turnsOf(client: PoolClient, { added, replaced }: Published): Promise<Turn[]> {
  const ids = [...new Set([...added, ...replaced].map(({ versionId }) => versionId))]
  const versions = new Map((await readVersions(client, ids)).map((version) => [version.id, version]))
  const at = (map: Published['added'], range: Range) => {
    const entry = map.find((each) => overlaps(each, range))
    return entry === undefined ? null : (versions.get(entry.versionId) ?? null)
  }
  const edges = [...new Set([...added, ...replaced].flatMap(({ from, to }) => [from, to]))].sort(
    (a, b) => a - b,
  )
  return edges.flatMap((from, i): Turn[] => {
    const to = edges[i + 1]
    if (to === undefined || subtract({ from, to }, [...added, ...replaced]).length > 0) return []
    const [before, after] = [at(replaced, { from, to }), at(added, { from, to })]
    return before?.id === after?.id ? [] : [{ from, to, before, after }]
  })
}

function correctionOf(
  { compiled, published, kind, jobId }: CorrectionsRequest,
  { before, after }: Turn,
): CorrectionOf {
  const later = (after?.epoch ?? -1) >= (before?.epoch ?? -1) ? after : before
  return {
    ...{
      computeId: published.computeId,
      pipeline: published.pipeline,
      publication: published.publication,
      kind,
      jobId,
    },
    versionId: after?.id ?? null,
    cut: later?.cut ?? [],
    windowSizeMs: compiled.definition.windowSizeMs,
  }
}

/** Null: the version was not compared, or with something else. */
async function fromComparison(
  client: PoolClient,
  turn: Turn,
  request: CorrectionsRequest,
): Promise<number | null> {
  const { before, after } = turn
  if (after === null || (before?.epoch ?? -1) > after.epoch) return null
  const base = await comparedBase(client, after.id)
  if (base === null) return null
  const here = base.filter(([from, to]) => overlaps({ from, to }, turn))
  const isSame =
    before === null
      ? here.length === 0
      : here.every(([, , id]) => id === before.id) &&
        subtract(
          turn,
          here.map(([from, to]) => ({ from, to })),
        ).length === 0
  if (!isSame) return null
  return insertFromChanges(client, turn, { ...correctionOf(request, turn), versionId: after.id })
}

async function fromCells(client: PoolClient, turn: Turn, request: CorrectionsRequest): Promise<number> {
  const { compiled, published } = request
  const { before, after } = turn
  const segment: ServedSegment = { from: turn.from, to: turn.to, version: before }
  const versionEpoch = after?.epoch ?? -1
  const pages = candidates(client, compiled, {
    computeId: published.computeId,
    versionId: after?.id ?? null,
    segment,
    epoch: Math.max(before?.epoch ?? -1, versionEpoch),
    versionEpoch,
  })
  let recorded = 0
  const of = correctionOf(request, turn)
  for await (const page of pages) {
    const changed = page.flatMap((cell) => {
      const verdict = compareCell(compiled, cell, [], false)
      const { windowStart, key } = cell
      return isChange(verdict) ? [{ windowStart, key, before: verdict.before, after: verdict.after }] : []
    })
    await copyCorrections(client, changed, of)
    recorded += changed.length
  }
  return recorded
}
