import type { Duck, Pool } from '../../clients'
import { cellColumnsSql, decisionsSql, type CompiledPipeline } from '../../pipeline'
import type { ExplainedCell } from '../../serving'
import { flagsSql } from './event-flags'
import type { EventSource } from './event-source'
import { selectReplayStart } from './replay-start-store'

interface Decide {
  pool: Pool
  computeId: number
  compiled: CompiledPipeline
  cell: Pick<ExplainedCell, 'windowStart' | 'windowEnd' | 'key' | 'version' | 'partitions' | 'holes'>
  source: EventSource
}

const textLiteral = (text: string) => `'${text.replaceAll("'", "''")}'`

/**
 * Brings every event of the cell, and those of its window that have no usable key, into the temporary table
 * `decided`, each with what the two layers decide about it. False: there is none.
 */
export async function decideEvents(duck: Duck, request: Decide): Promise<boolean> {
  const { pool, computeId, compiled, cell, source } = request
  const { definition } = compiled
  const inWindow = `"time" >= ${cell.windowStart} AND "time" < ${cell.windowEnd}`
  const bounds = await duck.rows<{ part: number; first: number; last: number; logTime: number }>(
    `SELECT part, min(seq) AS first, max(seq) AS last, min(log_time) AS "logTime" FROM ${source.inside}
      WHERE ${inWindow} AND seq <= ${source.readSeq} GROUP BY part`,
  )
  if (bounds.length === 0) return false
  const partitions = cell.partitions.length
  const lastSeq = Math.max(...bounds.map(({ last }) => last))
  const firstLogTime = Math.min(...bounds.map(({ logTime }) => logTime))
  // A partition without an event of the window sets no bound.
  const firstSeqs = Array.from(
    { length: partitions },
    (_, part) => bounds.find((bound) => bound.part === part)?.first ?? lastSeq + 1,
  )
  const start = await selectReplayStart(pool, computeId, firstSeqs)
  const { dedupeHorizonMs } = definition
  const remembered = (Math.floor(firstLogTime / dedupeHorizonMs) - 1) * dedupeHorizonMs
  const log =
    start === null
      ? source.everywhere
      : `(SELECT * FROM ${source.everywhere} WHERE log_time >= ${remembered} OR ${behind(start.partitions)})`
  const ofCell = `(SELECT * EXCLUDE (w, k) FROM (SELECT *, ${cellColumnsSql(definition, source.columns)}
    FROM ${source.inside} WHERE ${inWindow}) WHERE k = ${textLiteral(cell.key)} OR k IS NULL)`
  const decisions = decisionsSql(compiled, {
    relation: ofCell,
    columns: source.columns,
    from: cell.windowStart,
    to: cell.windowEnd,
    cut: Array.from({ length: Math.max(1, partitions) }, () => lastSeq),
    everywhere: source.everywhere,
    after: cell.version === null ? null : cell.version.cut,
    start: { watermarks: start?.partitions.map(({ watermark }) => watermark) ?? [], rememberedFrom: null },
    log,
    unread: cell.holes.filter(({ layer }) => layer === 'speed'),
  })
  const unread = cell.partitions.map(
    ({ partition, speedSeq }) => `(part = ${partition} AND seq > ${speedSeq})`,
  )
  await duck.run(
    `CREATE OR REPLACE TEMP TABLE decided AS
     SELECT part, seq, idx, "time", log_time, source, id, first_seq, first_idx, first_log_time, watermark,
            (${flagsSql({ unread: unread.length === 0 ? 'FALSE' : `(${unread.join(' OR ')})` })})::INTEGER AS flags
       FROM (${decisions}) WHERE k IS NOT NULL OR passes`,
  )
  return true
}

const behind = (partitions: readonly { seq: number }[]) =>
  `(${partitions.map(({ seq }, part) => `(part = ${part} AND seq > ${seq})`).join(' OR ')})`
