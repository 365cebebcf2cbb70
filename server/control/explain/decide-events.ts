import type { Duck, Pool } from '../../clients'
import { cellColumnsSql, decisionsSql, logStart, type CompiledPipeline } from '../../pipeline'
import type { ExplainedCell } from '../../serving'
import { flagsSql } from './event-flags'
import type { EventSource, LogRelations } from './event-source'
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
 * `decided`, each with what the two layers decide about it.
 */
export async function decideEvents(duck: Duck, request: Decide): Promise<void> {
  await duck.run(`CREATE OR REPLACE TEMP TABLE decided (part SMALLINT, seq BIGINT, idx INTEGER, "time" BIGINT,
    log_time BIGINT, source VARCHAR, id VARCHAR, first_seq BIGINT, first_idx INTEGER, first_log_time BIGINT,
    watermark BIGINT, is_kept BOOLEAN, flags INTEGER)`)
  const { source } = request
  if (source.log !== null) await decideLog(duck, request, source.log)
  if (source.kept !== null) await decideKept(duck, request, source.kept)
}

async function decideLog(duck: Duck, request: Decide, log: LogRelations): Promise<void> {
  const { pool, computeId, compiled, cell, source } = request
  const { definition } = compiled
  const bounds = await duck.rows<{ part: number; first: number; last: number; logTime: number }>(
    `SELECT part, min(seq) AS first, max(seq) AS last, min(log_time) AS "logTime" FROM ${log.inside}
      WHERE ${inWindow(cell)} AND seq <= ${source.readSeq} GROUP BY part`,
  )
  if (bounds.length === 0) return
  const lastSeq = Math.max(...bounds.map(({ last }) => last))
  const firstLogTime = Math.min(...bounds.map(({ logTime }) => logTime))
  // A partition without an event of the window sets no bound.
  const firstSeqs = cell.partitions.map(
    ({ partition }) => bounds.find(({ part }) => part === partition)?.first ?? lastSeq + 1,
  )
  const start = await selectReplayStart(pool, computeId, firstSeqs)
  const { dedupeHorizonMs } = definition
  const remembered = (Math.floor(firstLogTime / dedupeHorizonMs) - 1) * dedupeHorizonMs
  const unread = cell.partitions.map(
    ({ partition, speedSeq }) => `(part = ${partition} AND seq > ${speedSeq})`,
  )
  await insertDecided(duck, {
    flags: { unread: unread.length === 0 ? 'FALSE' : `(${unread.join(' OR ')})`, kept: 'FALSE' },
    isKept: false,
    decisions: decisionsSql(compiled, {
      relation: ofCell(request, log),
      columns: log.columns,
      from: cell.windowStart,
      to: cell.windowEnd,
      cut: Array.from({ length: Math.max(1, cell.partitions.length) }, () => lastSeq),
      everywhere: log.everywhere,
      after: cell.version === null ? null : cell.version.cut,
      start: { watermarks: start?.partitions.map(({ watermark }) => watermark) ?? [], rememberedFrom: null },
      log:
        start === null
          ? log.everywhere
          : `(SELECT * FROM ${log.everywhere} WHERE log_time >= ${remembered} OR ${behind(start.partitions)})`,
      unread: cell.holes.filter(({ layer }) => layer === 'speed'),
    }),
  })
}

/** Nothing has decided about these yet: they only wait. */
async function decideKept(duck: Duck, request: Decide, kept: LogRelations): Promise<void> {
  const { compiled, cell } = request
  await insertDecided(duck, {
    flags: { unread: 'FALSE', kept: 'TRUE' },
    isKept: true,
    decisions: decisionsSql(compiled, {
      relation: ofCell(request, kept),
      columns: kept.columns,
      from: cell.windowStart,
      to: cell.windowEnd,
      cut: [Number.MAX_SAFE_INTEGER],
      everywhere: kept.everywhere,
      after: null,
      start: logStart,
      log: kept.everywhere,
      unread: [],
    }),
  })
}

const inWindow = ({ windowStart, windowEnd }: Decide['cell']) =>
  `"time" >= ${windowStart} AND "time" < ${windowEnd}`

function ofCell({ compiled, cell }: Decide, { inside, columns }: LogRelations): string {
  return `(SELECT * EXCLUDE (w, k) FROM (SELECT *, ${cellColumnsSql(compiled.definition, columns)}
    FROM ${inside} WHERE ${inWindow(cell)}) WHERE k = ${textLiteral(cell.key)} OR k IS NULL)`
}

async function insertDecided(
  duck: Duck,
  insert: { decisions: string; isKept: boolean; flags: { unread: string; kept: string } },
): Promise<void> {
  await duck.run(
    `INSERT INTO decided SELECT part, seq, idx, "time", log_time, source, id, first_seq, first_idx, first_log_time,
       watermark, ${insert.isKept}, ${flagsSql(insert.flags)}
       FROM (${insert.decisions}) WHERE k IS NOT NULL OR passes`,
  )
}

const behind = (partitions: readonly { seq: number }[]) =>
  `(${partitions.map(({ seq }, part) => `(part = ${part} AND seq > ${seq})`).join(' OR ')})`
