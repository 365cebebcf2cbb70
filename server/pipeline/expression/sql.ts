import type { FieldType, Node } from '../types'
import {
  columnSql,
  fieldNumberSql,
  fieldSql,
  fieldTextSql,
  presenceSql,
  sqlTypes,
  type SqlRelation,
} from './sql-fields'
import {
  booleanText,
  finite,
  lowerAscii,
  numberLiteral,
  numberOfText,
  numberText,
  textLiteral,
  upperAscii,
} from './sql-values'

const operators = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  mod: '%',
  eq: '=',
  ne: '<>',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  and: 'AND',
  or: 'OR',
} as const

const functions = { startsWith: 'starts_with', endsWith: 'suffix', contains: 'contains' } as const

/** DuckDB SQL of a node over the archive's columns: DOUBLE, VARCHAR or BOOLEAN, NULL when unknown. */
export function expressionSql(node: Node, relation: SqlRelation): string {
  switch (node.op) {
    case 'literal':
      return literal(node.value)
    case 'field':
      return fieldSql(relation, node.type, node.path)
    case 'fieldText':
      return fieldTextSql(relation, node.path)
    case 'fieldNumber':
      return fieldNumberSql(relation, node.path)
    case 'attribute':
      return node.name === 'type' ? textLiteral(relation.eventType) : columnSql(relation, node.name)
    case 'isPresent':
      return presenceSql(relation, node.path)
    default: {
      const args = node.args.map((arg) => expressionSql(arg, relation))
      return operation(node, args)
    }
  }
}

type Operation = Extract<Node, { args: unknown }>

function operation(node: Operation, args: string[]): string {
  const [a = '', b = '', c = ''] = args
  switch (node.op) {
    case 'not':
      return `(NOT ${a})`
    case 'isNull':
      return `(${a} IS NULL)`
    case 'isNotNull':
      return `(${a} IS NOT NULL)`
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'mod':
      return finite(`(${a} ${operators[node.op]} ${b})`)
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
    case 'and':
    case 'or':
      return `(${a} ${operators[node.op]} ${b})`
    case 'concat':
      return asText(`(${a} || ${b})`)
    case 'in':
      return `(${a} IN (${args.slice(1).join(', ')}))`
    case 'if':
      return conditional(node.type, [a, b, c])
    case 'neg':
      return `(- ${a})`
    case 'startsWith':
    case 'endsWith':
    case 'contains':
      return `${functions[node.op]}(${asText(a)}, ${asText(b)})`
    case 'length':
      return `CAST(length(${asText(a)}) AS DOUBLE)`
    case 'lowerAscii':
      return lowerAscii(asText(a))
    case 'upperAscii':
      return upperAscii(asText(a))
    case 'truncate':
      return `trunc(${a})`
    case 'toText':
      return textOf(node.args[0].type, a)
    case 'toNumber':
      return node.args[0].type === 'number' ? a : numberOfText(a)
  }
}

/** Without it DuckDB may give text the type of a NULL or a literal in it, and then finds several functions. */
function asText(text: string): string {
  return `CAST(${text} AS VARCHAR)`
}

function literal(value: number | string | boolean | null): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number') return numberLiteral(value)
  return typeof value === 'string' ? textLiteral(value) : value ? 'TRUE' : 'FALSE'
}

/** Conditions longer than this are written once, so that nesting cannot multiply the text. */
const repeatableLength = 400

/** NULL when the condition is NULL, as in the fold. */
function conditional(type: FieldType, [condition, whenTrue, whenFalse]: [string, string, string]): string {
  if (condition.length <= repeatableLength) {
    return `CASE WHEN ${condition} THEN ${whenTrue} WHEN NOT ${condition} THEN ${whenFalse} END`
  }
  const chosen = `list_extract([${whenFalse}, ${whenTrue}], CAST(${condition} AS BIGINT) + 1)`
  return `CAST(${chosen} AS ${sqlTypes[type]})`
}

function textOf(type: Node['type'], text: string): string {
  if (type === 'number') return numberText(text)
  return type === 'boolean' ? booleanText(text) : text
}
