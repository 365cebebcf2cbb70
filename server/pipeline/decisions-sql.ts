import type { CellShape } from './cell'
import { cutSql, keySql } from './compile-sql'
import { expressionSql } from './expression/sql'
import type { SqlRelation } from './expression/sql-fields'
import { MAX_KEY_BYTES } from './measure/operand'
import type { Definition, Instant } from './types'
import { windowStartSql } from './window'

/** CloudEvents extension of an event that was put back into the log: why it had been missing. */
export const REDRIVE_ATTRIBUTE = 'parallaxredrive'

/** Messages that the speed layer could not read. */
export interface UnreadStretch {
  /** Null: of every partition. */
  partition: number | null
  seqFrom: number
  /** Inclusive. */
  seqTo: number
}

/**
 * What to decide events from. The three FROM items are over the type's archive; each may hold more than it must.
 */
export interface DecisionScope {
  /** Holds every event of [from, to), with its fields. */
  relation: string
  columns: SqlRelation
  /** Event times [from, to); both on a window's edge. */
  from: Instant
  to: Instant
  /** Last log sequence looked at, by partition. */
  cut: number[]
  /** Holds every event, to find the other occurrences of an identity. */
  everywhere: string
  /** Cut of the version that answered before; null: speed alone did. */
  after: number[] | null
  /** Where the speed layer's state is known: `lateness` and duplicates are decided for what comes after it. */
  start: SpeedStart
  /** Holds every message that matters to the speed layer's state: see `SpeedStart.rememberedFrom`. */
  log: string
  unread: UnreadStretch[]
  /** FROM item of columns w, k: only events of these cells. */
  cells?: string
}

/** State of the speed layer at a closed epoch, or at the start of the log. */
export interface SpeedStart {
  /** By partition; null before its first event. */
  watermarks: (Instant | null)[]
  /** Identities met from this log time on may still be remembered; null: all of the log is looked at. */
  rememberedFrom: Instant | null
  /** Messages from here on are looked at whatever their log time: a partition had none before. */
  untouchedFrom?: number | null
  /** What `rememberedSeqSql` found, where it was asked before: less of the archive is read then. */
  rememberedSeq?: number
}

/** Before the first message. */
export const logStart: SpeedStart = { watermarks: [], rememberedFrom: null }

function unreadSql(stretches: UnreadStretch[]): string {
  const tests = stretches.map(({ partition, seqFrom, seqTo }) => {
    const where = partition === null ? '' : ` AND part = ${partition}`
    return `(seq BETWEEN ${seqFrom} AND ${seqTo}${where})`
  })
  return tests.length === 0 ? 'FALSE' : `(${tests.join(' OR ')})`
}

function watermarkSql({ watermarks }: SpeedStart): string {
  const cases = watermarks.flatMap((at, part) => (at === null ? [] : [`WHEN ${part} THEN ${at}::BIGINT`]))
  return cases.length === 0 ? 'NULL::BIGINT' : `CASE part ${cases.join(' ')} END`
}

function redriveSql(): string {
  return `CASE WHEN attrs LIKE '%"${REDRIVE_ATTRIBUTE}"%' THEN json_extract_string(attrs, '$."${REDRIVE_ATTRIBUTE}"') END`
}

/** The first message whose identities may still be remembered: column seq. */
export function rememberedSeqSql(log: string, { rememberedFrom, untouchedFrom }: SpeedStart): string {
  const first = untouchedFrom === undefined || untouchedFrom === null ? 'NULL' : String(untouchedFrom)
  const from = rememberedFrom === null ? '' : ` WHERE log_time >= ${rememberedFrom}`
  return `SELECT coalesce(least(min(seq), ${first}), 0) AS seq FROM ${log}${from}`
}

/** The cell of an event: window start w and key k, null when it has none that is usable. */
export function cellColumnsSql({ key, windowSizeMs }: Definition, columns: SqlRelation): string {
  const text = keySql(key, columns)
  return (
    `${windowStartSql('"time"', windowSizeMs)} AS w, ` +
    `CASE WHEN strlen(${text}) <= ${MAX_KEY_BYTES} THEN ${text} END AS k`
  )
}

/**
 * One DuckDB statement that decides each event of a range as the two layers do, from log order alone. Columns: part,
 * seq, idx, time, log_time, source, id, redrive (null, or why it had been missing), w, k (null when it has none that
 * is usable), passes (the filter), before (at or below `after`), unread (by the speed layer), winner (batch counts its
 * identity by this occurrence), winner_before (at the cut `after`), first_seq, first_idx, first_log_time (of the
 * winner), dup_speed (the speed layer remembered its identity), watermark (what it met; null: none), late.
 *
 * `dup_speed`, `watermark` and `late` are only right for events after `start`, and false or null for unread ones.
 */
export function decisionsSql({ definition }: CellShape, scope: DecisionScope): string {
  const { relation, columns, everywhere, log, after, start } = scope
  const { windowSizeMs, dedupeHorizonMs, lateness, filter } = definition
  const inCut = cutSql(scope.cut)
  const inRange = `"time" >= ${scope.from} AND "time" < ${scope.to}`
  const passes = filter === null ? 'TRUE' : `coalesce(${expressionSql(filter.node, columns)}, FALSE)`
  const isBefore = after === null ? 'FALSE' : `(${cutSql(after)})`
  const isUnread = unreadSql(scope.unread)
  const rememberedSeq =
    start.rememberedSeq ?? (start.rememberedFrom === null ? null : `(${rememberedSeqSql(log, start)})`)
  const remembered = rememberedSeq === null ? '' : ` AND seq >= ${rememberedSeq}`
  const cells = scope.cells === undefined ? '' : ` SEMI JOIN ${scope.cells} AS chosen USING (w, k)`
  return `WITH wanted AS MATERIALIZED (
SELECT * FROM (SELECT part, seq, idx, "time", log_time, source, id, fp, ${redriveSql()} AS redrive,
${cellColumnsSql(definition, columns)},
${passes} AS passes FROM ${relation} WHERE ${inRange} AND ${inCut})${cells}),
suspect AS MATERIALIZED (
SELECT fp FROM ${everywhere} WHERE ${inCut} AND fp IN (SELECT fp FROM wanted) GROUP BY fp HAVING count(*) > 1),
met AS MATERIALIZED (
SELECT part, seq, idx, source, id, log_time, ${isBefore} AS is_before FROM ${everywhere}
WHERE ${inCut} AND fp IN (FROM suspect)),
ranked AS MATERIALIZED (
SELECT seq, idx, row_number() OVER identity = 1 AS winner,
row_number() OVER (PARTITION BY source, id, is_before ORDER BY seq, idx) = 1 AS winner_before,
first(seq) OVER identity AS first_seq, first(idx) OVER identity AS first_idx, first(log_time) OVER identity AS first_log_time
FROM met WINDOW identity AS (PARTITION BY source, id ORDER BY seq, idx)),
clock AS MATERIALIZED (
SELECT seq, idx, max(least("time", log_time) - ${lateness.outOfOrderMs}) OVER
(PARTITION BY part ORDER BY seq, idx ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached,
max(floor(log_time::DOUBLE / ${dedupeHorizonMs}::DOUBLE)) OVER
(PARTITION BY part ORDER BY seq, idx ROWS UNBOUNDED PRECEDING) AS generation
FROM ${log} WHERE ${inCut} AND NOT ${isUnread}${remembered}),
again AS MATERIALIZED (
SELECT seq, idx, lag(generation) OVER (PARTITION BY part, source, id ORDER BY seq, idx) >= generation - 1 AS dup_speed
FROM met JOIN clock USING (seq, idx))
SELECT part, seq, idx, "time", log_time, source, id, redrive, w, k, passes, ${isBefore} AS before, ${isUnread} AS unread,
coalesce(winner, TRUE) AS winner, coalesce(winner_before, TRUE) AS winner_before,
coalesce(first_seq, seq) AS first_seq, coalesce(first_idx, idx) AS first_idx,
coalesce(first_log_time, log_time) AS first_log_time, coalesce(dup_speed, FALSE) AS dup_speed,
CASE WHEN NOT unread THEN greatest(reached, ${watermarkSql(start)}) END AS watermark,
coalesce(w + ${windowSizeMs + lateness.allowedMs} <= watermark, FALSE) AS late
FROM wanted LEFT JOIN ranked USING (seq, idx) LEFT JOIN again USING (seq, idx) LEFT JOIN clock USING (seq, idx)`
}
