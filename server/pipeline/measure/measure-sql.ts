import { expressionSql } from '../expression/sql'
import type { SqlRelation } from '../expression/sql-fields'
import type { Measure } from '../types'
import type { Layout } from './layout'
import { floatPartsSql } from './float-sum'
import { scaleOf } from './layout'
import { decimalOperandSql, integerOperandSql } from './operand-sql'
import { distinctStages, quantileStages, type Stages } from './sketch-sql'

/** Splits a wide decimal so that no sum of its parts can overflow a HUGEINT. */
export const WIDE_UNIT = 10n ** 18n

/** What one measure adds to the statement. */
export interface MeasureSql {
  /** Columns read from every row. */
  columns: string[]
  /** Text expression whose distinct values need a dictionary: column `<name>_v` is joined to `<name>_dictionary`. */
  dictionary: { value: string; name: string } | null
  aggregates: string[]
  /** Columns computed after the aggregation, stage by stage. */
  stages: Stages
  /** Text of each slot; NULL where the slot is. See `versionCellReader` for those that are not final. */
  slots: string[]
  sketch: string | null
}

const none = { columns: [], dictionary: null, aggregates: [], stages: [], sketch: null }

function text(sql: string): string {
  return `CAST(${sql} AS VARCHAR)`
}

function integerMeasure(
  measure: Measure & { kind: 'sum' | 'min' | 'max' | 'mean' },
  m: string,
  r: SqlRelation,
) {
  const columns = [`${integerOperandSql(measure, r)} AS ${m}`]
  if (measure.kind === 'min' || measure.kind === 'max') {
    return { ...none, columns, aggregates: [`${measure.kind}(${m}) AS ${m}_a`], slots: [text(`${m}_a`)] }
  }
  return { ...none, columns, aggregates: [`coalesce(sum(${m}), 0) AS ${m}_a`], slots: [text(`${m}_a`)] }
}

function decimalMeasure(
  measure: Measure & { kind: 'sum' | 'min' | 'max' | 'mean' },
  m: string,
  r: SqlRelation,
) {
  const { quick, wide } = decimalOperandSql(measure, scaleOf(measure), r)
  const columns = [`${quick} AS ${m}`, `${wide} AS ${m}_w`]
  if (measure.kind === 'min' || measure.kind === 'max') {
    const better = measure.kind === 'min' ? 'least' : 'greatest'
    const found = `${better}(CAST(${measure.kind}(${m}) AS HUGEINT), ${measure.kind}(${m}_w))`
    return { ...none, columns, aggregates: [`${found} AS ${m}_a`], slots: [text(`${m}_a`)] }
  }
  const aggregates = [
    `coalesce(sum(${m}), 0) AS ${m}_a`,
    `coalesce(sum(${m}_w // ${WIDE_UNIT}), 0) AS ${m}_h`,
    `coalesce(sum(${m}_w % ${WIDE_UNIT}), 0) AS ${m}_l`,
  ]
  return { ...none, columns, aggregates, slots: [`concat(${m}_a, ';', ${m}_h, ';', ${m}_l)`] }
}

function floatMeasure(
  measure: Measure & { kind: 'sum' | 'min' | 'max' | 'mean' },
  m: string,
  r: SqlRelation,
): MeasureSql {
  const columns = [`${expressionSql(measure.of.node, r)} AS ${m}`]
  if (measure.kind === 'min' || measure.kind === 'max') {
    return { ...none, columns, aggregates: [`${measure.kind}(${m}) AS ${m}_a`], slots: [text(`${m}_a`)] }
  }
  const { fine, coarse, rest } = floatPartsSql(m)
  const aggregates = [
    `coalesce(sum(${fine}), 0) AS ${m}_a`,
    `coalesce(sum(${coarse}), 0) AS ${m}_t`,
    `coalesce(list_sum(list_sort(list(${rest}) FILTER (WHERE ${rest} IS NOT NULL))), 0) AS ${m}_r`,
  ]
  return { ...none, columns, aggregates, slots: [`concat(${m}_a, ';', ${m}_t, ';', ${m}_r)`] }
}

function numberMeasure(
  measure: Measure & { kind: 'sum' | 'min' | 'max' | 'mean' },
  m: string,
  r: SqlRelation,
) {
  const build = { int: integerMeasure, decimal: decimalMeasure, float: floatMeasure }[measure.type]
  const built: MeasureSql = build(measure, m, r)
  if (measure.kind !== 'mean') return built
  const values = measure.type === 'decimal' ? `count(${m}) + count(${m}_w)` : `count(${m})`
  return {
    ...built,
    aggregates: [...built.aggregates, `${values} AS ${m}_n`],
    slots: [...built.slots, text(`${m}_n`)],
  }
}

function measureSql(measure: Measure, m: string, relation: SqlRelation): MeasureSql {
  switch (measure.kind) {
    case 'count': {
      if (measure.where === null) return { ...none, slots: [text('n')] }
      const columns = [`${expressionSql(measure.where.node, relation)} AS ${m}`]
      return {
        ...none,
        columns,
        aggregates: [`count(*) FILTER (WHERE ${m}) AS ${m}_a`],
        slots: [text(`${m}_a`)],
      }
    }
    case 'sum':
    case 'mean':
    case 'min':
    case 'max':
      return numberMeasure(measure, m, relation)
    case 'distinct': {
      const value = expressionSql(measure.of.node, relation)
      const { stages, count, text: sketch } = distinctStages(`${m}_xs`, m)
      return {
        columns: [`${value} AS ${m}_v`],
        dictionary: { value, name: m },
        aggregates: [
          `list_sort(list(${m}_dictionary.x) FILTER (WHERE ${m}_dictionary.x IS NOT NULL)) AS ${m}_xs`,
        ],
        stages,
        slots: [text(count)],
        sketch,
      }
    }
    case 'quantile': {
      const { stages, text: sketch } = quantileStages(`${m}_qs`, m)
      const rank = `greatest(1, len(${m}_qs) - floor(len(${m}_qs) - ${measure.q}::DOUBLE * len(${m}_qs)))::BIGINT`
      return {
        ...none,
        columns: [`${expressionSql(measure.of.node, relation)} AS ${m}`],
        aggregates: [`list_sort(list(${m}) FILTER (WHERE ${m} IS NOT NULL)) AS ${m}_qs`],
        stages,
        slots: [text(`${m}_qs[${rank}]`)],
        sketch,
      }
    }
  }
}

/** Every measure of a layout; measure i uses names that start with `m<i>`. */
export function measuresSql(measures: Measure[], relation: SqlRelation): MeasureSql[] {
  return measures.map((measure, i) => measureSql(measure, `m${i}`, relation))
}

/** Whether the statement's slots are final text for every cell. */
export function slotsAreFinal(layout: Layout): boolean {
  return layout.slots.every(({ kind }) => ['integer', 'minInteger', 'maxInteger', 'distinct'].includes(kind))
}
