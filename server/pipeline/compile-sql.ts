import type { CellShape } from './cell'
import { expressionSql } from './expression/sql'
import type { SqlRelation } from './expression/sql-fields'
import { repeating } from './expression/sql-values'
import type { MeasureSql } from './measure/measure-sql'
import { measuresSql } from './measure/measure-sql'
import { MAX_KEY_BYTES } from './measure/operand'
import { dictionarySql } from './measure/sketch-sql'
import type { Expression, Instant } from './types'
import { windowStartSql } from './window'

export interface RecomputeScope {
  /** The type's archived events, as a FROM item; may hold more than the range and the cut. */
  relation: string
  columns: SqlRelation
  /** Event times [from, to); both on a window's edge. */
  from: Instant
  to: Instant
  /** Last log sequence read, by partition. */
  cut: number[]
  /** Archived events that may lie outside the range: an identity that occurred earlier there is a duplicate here. */
  outsideRelation?: string
  /** Instead of `outsideRelation`: a FROM item with the (seq, idx) that `repeatsSql` gives, kept for many chunks. */
  repeats?: string
}

export interface RepeatsScope {
  /** All archived events of the type, as a FROM item; may hold more than the cut. */
  relation: string
  /** Last log sequence read, by partition. */
  cut: number[]
}

export function cutSql(cut: number[]): string {
  const [first = -1] = cut
  if (cut.every((seq) => seq === first)) return `seq <= ${first}`
  const byPartition = cut.map((seq, part) => `(part = ${part} AND seq <= ${seq})`).join(' OR ')
  return `seq <= ${Math.max(...cut)} AND (${byPartition})`
}

const CONTROLS = Array.from({ length: 32 }, (_, code) => code)

/** As JSON.stringify writes a string; DuckDB's to_json differs in the case of \u00xx. */
function jsonTextSql(text: string): string {
  const escapes = CONTROLS.map((code) => [
    `chr(${code})`,
    JSON.stringify(String.fromCharCode(code)).slice(1, -1),
  ])
  return repeating(text, (value) => {
    let escaped = `replace(replace(${value}, '\\', '\\\\'), '"', '\\"')`
    for (const [control, escape] of escapes) escaped = `replace(${escaped}, ${control}, '${escape}')`
    return `'"' || CASE WHEN regexp_matches(${value}, '["\\\\\\x00-\\x1f]') THEN ${escaped} ELSE ${value} END || '"'`
  })
}

export function keySql(key: Expression[], relation: SqlRelation): string {
  const parts = key.map((part) => expressionSql(part.node, relation))
  const [first] = parts
  if (first === undefined) return `''`
  return parts.length === 1 ? first : `'[' || ${parts.map(jsonTextSql).join(` || ',' || `)} || ']'`
}

/**
 * The events (seq, idx) that lose against an earlier occurrence of their identity. Equal fingerprints make suspects,
 * and only those are compared by identity: on 10 M rows this takes half of DISTINCT ON.
 */
function loserSql(scope: RecomputeScope, inRange: string, inCut: string): string {
  const { relation, outsideRelation, repeats } = scope
  if (repeats !== undefined) return `loser AS (SELECT seq, idx FROM ${repeats})`
  const repeated = `SELECT fp FROM ${relation} WHERE ${inRange} AND ${inCut} GROUP BY fp HAVING count(*) > 1`
  const met = (item: string, where: string, isInRange: boolean) =>
    `SELECT seq, idx, source, id, ${isInRange} AS here FROM ${item} WHERE ${where} AND ${inCut} AND fp IN (FROM suspect)`
  const ranked = (rows: string) =>
    `SELECT seq, idx FROM (SELECT seq, idx, here, row_number() OVER (PARTITION BY source, id ORDER BY seq, idx) AS nth ` +
    `FROM (${rows})) WHERE nth > 1 AND here`
  if (outsideRelation === undefined) {
    return `suspect AS MATERIALIZED (${repeated}),\nloser AS MATERIALIZED (${ranked(met(relation, inRange, true))})`
  }
  const outside = `NOT (${inRange})`
  const elsewhere =
    `SELECT fp FROM ${outsideRelation} WHERE ${outside} AND ${inCut} ` +
    `AND fp IN (SELECT fp FROM ${relation} WHERE ${inRange} AND ${inCut})`
  const rows = `${met(relation, inRange, true)} UNION ALL ${met(outsideRelation, outside, false)}`
  return (
    `suspect AS MATERIALIZED (${repeated} UNION ${elsewhere}),\n` + `loser AS MATERIALIZED (${ranked(rows)})`
  )
}

/**
 * Over everything archived up to a cut, the events that lose against an earlier occurrence of their identity: columns
 * seq, idx. A run of many chunks asks once, instead of looking through the whole archive with each.
 */
export function repeatsSql({ relation, cut }: RepeatsScope): string {
  const inCut = cutSql(cut)
  return (
    `WITH suspect AS MATERIALIZED (SELECT fp FROM ${relation} WHERE ${inCut} GROUP BY fp HAVING count(*) > 1) ` +
    `SELECT seq, idx FROM (SELECT seq, idx, row_number() OVER (PARTITION BY source, id ORDER BY seq, idx) AS nth ` +
    `FROM ${relation} WHERE ${inCut} AND fp IN (FROM suspect)) WHERE nth > 1`
  )
}

export function joinDictionaries(measures: MeasureSql[]): string {
  return measures
    .flatMap(({ dictionary }) => (dictionary === null ? [] : [dictionary.name]))
    .map((m) => ` LEFT JOIN ${m}_dictionary ON ${m}_dictionary.v = ${m}_v`)
    .join('')
}

/** Rows of a stage get the columns of every measure's stage, one nested SELECT a stage. */
export function staged(from: string, measures: MeasureSql[]): string {
  const depth = Math.max(0, ...measures.map(({ stages }) => stages.length))
  let sql = from
  for (let stage = 0; stage < depth; stage++) {
    const columns = measures.flatMap(({ stages }) => stages[stage] ?? [])
    sql = `SELECT *, ${columns.join(', ')} FROM (${sql})`
  }
  return sql
}

export function sketchSql(measures: MeasureSql[]): string {
  const parts = measures.flatMap(({ sketch }) => (sketch === null ? [] : [sketch]))
  if (parts.length === 0) return 'NULL'
  const isOpen = parts.map((part) => `starts_with(${part}, '#')`).join(' OR ')
  return `CASE WHEN ${isOpen} THEN '!' || concat_ws(' ', ${parts.join(', ')}) ELSE concat(${parts.join(', ')}) END`
}

/** The slots of a row with the measures' stages, as a Postgres array literal. */
export function accTextSql(measures: MeasureSql[]): string {
  const slots = ['CAST(n AS VARCHAR)', ...measures.flatMap((measure) => measure.slots)]
  return `concat('{', ${slots.map((slot) => `coalesce(${slot}, 'NULL')`).join(`, ',', `)}, '}')`
}

/**
 * One DuckDB statement that computes every cell of the range at the cut, exactly, from archived events. Columns, in
 * the order of (window_start, key): window_start BIGINT, key VARCHAR, acc_text VARCHAR (a Postgres array literal),
 * sketch_hex VARCHAR (NULL without sketches). `versionCellReader` makes the last two final.
 */
export function recomputeSql({ definition }: CellShape, scope: RecomputeScope): string {
  const { relation, columns } = scope
  const measures = measuresSql(definition.measures, columns)
  const inRange = `"time" >= ${scope.from} AND "time" < ${scope.to}`
  const inCut = cutSql(scope.cut)
  const filter = definition.filter === null ? '' : ` AND ${expressionSql(definition.filter.node, columns)}`
  const dictionaries = measures.flatMap(({ dictionary }) =>
    dictionary === null
      ? []
      : [
          `${dictionary.name}_dictionary AS MATERIALIZED (${dictionarySql(
            `SELECT DISTINCT ${dictionary.value} AS v FROM ${relation} WHERE ${inRange} AND ${inCut}`,
          )})`,
        ],
  )
  const rowColumns = [
    'seq',
    'idx',
    `${windowStartSql('"time"', definition.windowSizeMs)} AS w`,
    `${keySql(definition.key, columns)} AS k`,
    ...measures.flatMap((measure) => measure.columns),
  ]
  const aggregates = ['w', 'k', 'count(*) AS n', ...measures.flatMap((measure) => measure.aggregates)]
  return `WITH ${[loserSql(scope, inRange, inCut), ...dictionaries].join(',\n')},
event AS (SELECT ${rowColumns.join(', ')} FROM ${relation} WHERE ${inRange} AND ${inCut}${filter}),
cell AS (SELECT ${aggregates.join(', ')} FROM event ANTI JOIN loser USING (seq, idx)${joinDictionaries(measures)}
WHERE k IS NOT NULL AND strlen(k) <= ${MAX_KEY_BYTES} GROUP BY w, k)
SELECT w AS window_start, k AS key, ${accTextSql(measures)} AS acc_text, ${sketchSql(measures)} AS sketch_hex
FROM (${staged('FROM cell', measures)}) ORDER BY window_start, key`
}
