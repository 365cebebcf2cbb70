import type { CellShape } from './cell'
import { accTextSql, cutSql, joinDictionaries, sketchSql, staged } from './compile-sql'
import { cellColumnsSql, decisionsSql, type DecisionScope } from './decisions-sql'
import { expressionSql } from './expression/sql'
import { measuresSql } from './measure/measure-sql'
import { dictionarySql } from './measure/sketch-sql'
import type { Instant, Measure } from './types'

/**
 * The way from what batch counts to what was served, one cause a step: events that only batch counts leave, then
 * events that only speed counted enter.
 */
export const attributionSteps = ['late', 'hole', 'schema', 'invalid', 'duplicate'] as const
export type AttributionStep = (typeof attributionSteps)[number]

/** A cell after a step; step 0 is what batch counts. Cells lack the steps that change nothing in them. */
export interface AttributedCell {
  windowStart: Instant
  key: string
  /** Number in `attributionSteps`, from 1. */
  step: number
  /** Events that the step took away or added. */
  events: number
  /** Null: no event is left. */
  accText: string | null
  sketchHex: string | null
  /** By float sum or mean, in order of the definition: the sum of the values' sizes. */
  magnitudes: number[]
}

/** Events of a cell that the layers did not simply both count. */
export interface EventCounts {
  windowStart: Instant
  key: string
  /** As the buckets of the speed layer count them. */
  late: number
  duplicate: number
  /** Counted by one layer alone. */
  unlike: number
}

export type FirstSeqsScope = Pick<DecisionScope, 'relation' | 'from' | 'to' | 'after' | 'cut'>

const inRange = ({ from, to }: { from: Instant; to: Instant }) => `"time" >= ${from} AND "time" < ${to}`

/** By partition, the first message after a cut that has an event of the range: part, seq. */
export function firstSeqsSql(scope: FirstSeqsScope): string {
  const after = scope.after === null ? '' : ` AND NOT (${cutSql(scope.after)})`
  return (
    `SELECT part, min(seq) AS seq FROM ${scope.relation} ` +
    `WHERE ${inRange(scope)} AND ${cutSql(scope.cut)}${after} GROUP BY part`
  )
}

/**
 * The events of a range that are not simply counted by both layers: seq, idx, w, k, step (of `attributionSteps`, from
 * 1; 0: counted by both all the same; null: by neither), late and dup_speed as the speed layer met them.
 */
export function unlikeEventsSql(shape: CellShape, scope: DecisionScope): string {
  const { beyond } = shape.definition.lateness
  const deferred = beyond === 'defer' ? 'late' : 'FALSE'
  const cases = attributionSteps.map((name, i) => [name, i + 1] as const)
  const redrives = cases.flatMap(([name, step]) =>
    name === 'late' || name === 'duplicate' ? [] : [`WHEN redrive = '${name}' THEN ${step}`],
  )
  const hole = attributionSteps.indexOf('hole') + 1
  const late = attributionSteps.indexOf('late') + 1
  return `SELECT seq, idx, w, k, late, dup_speed,
CASE WHEN winner AND served THEN 0 WHEN served THEN ${attributionSteps.length} WHEN NOT winner THEN NULL
${redrives.join(' ')} WHEN unread THEN ${hole} ELSE ${late} END AS step
FROM (SELECT seq, idx, w, k, redrive, unread, winner, NOT before AND late AS late, NOT before AND dup_speed AND NOT unread AS dup_speed,
CASE WHEN before THEN winner_before ELSE NOT unread AND NOT dup_speed AND NOT ${deferred} END AS served
FROM (${decisionsSql(shape, scope)}) WHERE passes AND k IS NOT NULL)
WHERE NOT winner OR late OR dup_speed OR NOT served`
}

/** `unlike` is a relation made of `unlikeEventsSql`: window_start, key, late, duplicate, unlike. */
export function eventCountsSql(unlike: string): string {
  return (
    `SELECT w AS window_start, k AS key, count(*) FILTER (WHERE late AND NOT dup_speed) AS late, ` +
    `count(*) FILTER (WHERE dup_speed) AS duplicate, count(*) FILTER (WHERE step > 0) AS unlike ` +
    `FROM ${unlike} WHERE late OR dup_speed OR step > 0 GROUP BY w, k ORDER BY window_start, key`
  )
}

const isFloatSum = (measure: Measure) =>
  (measure.kind === 'sum' || measure.kind === 'mean') && measure.type === 'float'

/**
 * Every step of some cells: window_start, key, step, events, acc_text, sketch_hex, magnitudes. `unlike` is a relation
 * made of `unlikeEventsSql`, `cells` one of columns w and k; `versionCellReader` makes slots and sketches final.
 */
export function stepsSql(
  { definition }: CellShape,
  scope: Pick<DecisionScope, 'relation' | 'columns' | 'from' | 'to' | 'cut'> & {
    cells: string
    unlike: string
  },
): string {
  const { relation, columns, cells, unlike } = scope
  const measures = measuresSql(definition.measures, columns)
  const here = `${inRange(scope)} AND ${cutSql(scope.cut)}`
  const filter = definition.filter === null ? '' : ` AND ${expressionSql(definition.filter.node, columns)}`
  const dictionaries = measures.flatMap(({ dictionary }) =>
    dictionary === null
      ? []
      : [
          `${dictionary.name}_dictionary AS MATERIALIZED (${dictionarySql(`SELECT DISTINCT ${dictionary.name}_v AS v FROM event`)}),`,
        ],
  )
  const magnitudes = definition.measures.flatMap((measure, i) =>
    isFloatSum(measure) ? [`coalesce(sum(abs(m${i})), 0)`] : [],
  )
  const aggregates = [
    'w',
    'k',
    'step',
    'count(*) AS n',
    `[${magnitudes.join(', ')}]::DOUBLE[] AS magnitudes`,
    ...measures.flatMap((measure) => measure.aggregates),
  ]
  const last = attributionSteps.length
  return `WITH event AS MATERIALIZED (
SELECT * FROM (SELECT seq, idx, ${cellColumnsSql(definition, columns)}${measures.flatMap((measure) => measure.columns.map((column) => `, ${column}`)).join('')}
FROM ${relation} WHERE ${here}${filter}) SEMI JOIN ${cells} AS chosen USING (w, k)),
${dictionaries.join('\n')}
unlike AS MATERIALIZED (SELECT seq, idx, w, k, step FROM ${unlike} SEMI JOIN ${cells} AS chosen USING (w, k)),
step AS MATERIALIZED (
SELECT w, k, 0 AS step, 0 AS events FROM ${cells} UNION ALL
SELECT w, k, step, count(*) FROM unlike WHERE step > 0 GROUP BY w, k, step),
cell AS (SELECT ${aggregates.join(', ')} FROM (
SELECT event.*, step.step FROM event LEFT JOIN unlike USING (seq, idx) JOIN step ON event.w = step.w AND event.k = step.k AND
CASE WHEN unlike.seq IS NULL OR unlike.step = 0 THEN TRUE WHEN unlike.step = ${last} THEN step.step = ${last} ELSE step.step < unlike.step END)
${joinDictionaries(measures)} GROUP BY w, k, step),
final AS (SELECT w, k, step, magnitudes, ${accTextSql(measures)} AS acc_text, ${sketchSql(measures)} AS sketch_hex
FROM (${staged('FROM cell', measures)}))
SELECT step.w AS window_start, step.k AS key, step.step, step.events, acc_text, sketch_hex, coalesce(magnitudes, []) AS magnitudes
FROM step LEFT JOIN final USING (w, k, step) ORDER BY window_start, key, step`
}
