import type { Node } from '../types'
import { expressionRuntime, type ExpressionRuntime } from './runtime'

/**
 * Generates JavaScript over columns. The code runs inside a function that has `batch` (columns, id, source, subject,
 * type), `rt` (expressionRuntime) and, in the scope of a row, its number `i`:
 *
 *     const source = new RowSource()
 *     const filter = source.value(node)          // an expression: number, string, boolean or null
 *     new Function('rt', `return (batch) => { ${source.prelude()} for (let i = 0; …) if (${filter} === true) … }`)
 *
 * Each expression uses locals of its own, so all of them may be evaluated in any order, any number of times.
 */
export class RowSource {
  private readonly columnNumbers = new Map<string, number>()
  private readonly sets: string[] = []
  private localCount = 0

  /** Expression of the node's value in row `i`; null when unknown. */
  value(node: Node): string {
    return generate(this, node).code
  }

  /** Expression of the JSON value at a path, of any type; null or undefined when absent. */
  raw(path: readonly string[]): string {
    const [first = '', ...rest] = path
    let code = `${this.column(first)}[i]`
    for (const name of rest) code = `rt.below(${code}, ${JSON.stringify(name)})`
    return code
  }

  /** Top-level fields of `data` that the expressions read. */
  columns(): string[] {
    return [...this.columnNumbers.keys()]
  }

  /** Statements that bind what the expressions use; ask for it after the last expression. */
  prelude(): string {
    const lines = [...this.columnNumbers].map(
      ([name, number]) => `const c${number} = rt.column(batch.columns, ${JSON.stringify(name)})`,
    )
    for (const name of ['id', 'source', 'subject', 'type']) lines.push(`const a_${name} = batch.${name}`)
    this.sets.forEach((items, number) => lines.push(`const s${number} = new Set(${items})`))
    if (this.localCount > 0) {
      lines.push(`let ${Array.from({ length: this.localCount }, (_, number) => `t${number}`).join(', ')}`)
    }
    return `${lines.join('\n')}\n`
  }

  /** A fresh local variable. */
  local(): string {
    this.localCount += 1
    return `t${this.localCount - 1}`
  }

  set(items: string): string {
    this.sets.push(items)
    return `s${this.sets.length - 1}`
  }

  private column(name: string): string {
    const number = this.columnNumbers.get(name) ?? this.columnNumbers.size
    this.columnNumbers.set(name, number)
    return `c${number}`
  }
}

export interface RowColumns {
  columns: Record<string, unknown[]>
  type: string
  id: string[]
  source: string[]
  subject: (string | null)[]
}

export type CompiledExpression = (batch: RowColumns, row: number) => number | string | boolean | null

/** One expression as a function of a row, for the paths that are not hot. */
export function compileExpression(node: Node): CompiledExpression {
  const source = new RowSource()
  const value = source.value(node)
  // Generated from a checked tree; names and text enter it by JSON.stringify alone.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const make = new Function('rt', `return (batch, i) => {\n${source.prelude()}return ${value}\n}`) as (
    rt: ExpressionRuntime,
  ) => CompiledExpression
  return make(expressionRuntime)
}

interface Code {
  code: string
  /** Whether the value can be null. */
  nullable: boolean
}

const operators = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  mod: '%',
  concat: '+',
  eq: '===',
  ne: '!==',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
} as const

function generate(source: RowSource, node: Node): Code {
  switch (node.op) {
    case 'literal':
      return { code: JSON.stringify(node.value), nullable: node.value === null }
    case 'field':
      return { code: typedRead(source, node), nullable: true }
    case 'fieldText':
      return { code: `rt.scalarText(${source.raw(node.path)})`, nullable: true }
    case 'fieldNumber':
      return { code: `rt.scalarNumber(${source.raw(node.path)})`, nullable: true }
    case 'attribute':
      return attribute(source, node.name)
    case 'isPresent':
      return { code: `(${source.raw(node.path)} ?? null) !== null`, nullable: false }
    case 'isNull':
    case 'isNotNull': {
      const operator = node.op === 'isNull' ? '===' : '!=='
      return { code: `(${generate(source, node.args[0]).code}) ${operator} null`, nullable: false }
    }
    case 'and':
    case 'or':
      return logical(source, node.op, node.args)
    case 'in':
      return membership(source, node.args)
    case 'if':
      return conditional(source, node.args)
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'mod':
      return strict(source, node.args, ([a, b]) => finite(source, `${a} ${operators[node.op]} ${b}`))
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return ordered(source, node.op, node.args)
    case 'eq':
    case 'ne':
    case 'concat':
      return strict(source, node.args, ([a, b]) => sure(`${a} ${operators[node.op]} ${b}`))
    case 'startsWith':
    case 'endsWith':
      return strict(source, node.args, ([a, b]) => sure(`${a}.${node.op}(${b})`))
    case 'contains':
      return strict(source, node.args, ([a, b]) => sure(`${a}.includes(${b})`))
    case 'not':
      return strict(source, node.args, ([a]) => sure(`!${a}`))
    case 'neg':
      return strict(source, node.args, ([a]) => sure(`-${a}`))
    case 'truncate':
      return strict(source, node.args, ([a]) => sure(`Math.trunc(${a})`))
    case 'length':
    case 'lowerAscii':
    case 'upperAscii':
      return strict(source, node.args, ([a]) => sure(`rt.${node.op}(${a})`))
    case 'toText':
      return text(source, node.args)
    case 'toNumber':
      if (node.args[0].type === 'number') return generate(source, node.args[0])
      return strict(source, node.args, ([a]) => ({ code: `rt.numberOfText(${a})`, nullable: true }))
  }
}

function sure(code: string): Code {
  return { code, nullable: false }
}

/** A field's value when it has the JSON type asked for. JSON numbers that overflow a double count as absent. */
function typedRead(source: RowSource, node: Extract<Node, { op: 'field' }>): string {
  const local = source.local()
  const check = `typeof (${local} = ${source.raw(node.path)}) === "${node.type}"`
  return `(${check}${node.type === 'number' ? ` && ${local} - ${local} === 0` : ''} ? ${local} : null)`
}

function attribute(source: RowSource, name: 'id' | 'source' | 'type' | 'subject'): Code {
  if (name === 'type') return sure('a_type')
  return name === 'subject' ? { code: '(a_subject[i] ?? null)', nullable: true } : sure(`a_${name}[i]`)
}

/** An operation that is null as soon as an operand is null. */
function strict(source: RowSource, args: readonly Node[], operation: (names: string[]) => Code): Code {
  const parts = args.map((arg) => ({ ...generate(source, arg), literal: arg.op === 'literal' }))
  if (parts.some((part) => part.literal && part.nullable)) return { code: 'null', nullable: true }
  const names = parts.map((part) => (part.literal ? `(${part.code})` : source.local()))
  const result = operation(names)
  const nullable = parts.some((part) => part.nullable)
  const assigned = parts.flatMap((part, at) => (part.literal ? [] : [{ ...part, name: names[at] ?? '' }]))
  if (assigned.length === 0) return { code: `(${result.code})`, nullable: result.nullable }
  const tests = assigned.map((part) => `(${part.name} = ${part.code}) === null`).join(' || ')
  if (nullable) return { code: `(${tests} ? null : ${result.code})`, nullable: true }
  const steps = assigned.map((part) => `${part.name} = ${part.code}`).join(', ')
  return { code: `(${steps}, ${result.code})`, nullable: result.nullable }
}

function finite(source: RowSource, code: string): Code {
  const local = source.local()
  return { code: `((${local} = ${code}) - ${local} === 0 ? ${local} : null)`, nullable: true }
}

function ordered(source: RowSource, op: 'lt' | 'le' | 'gt' | 'ge', args: readonly [Node, Node]): Code {
  const isText = args[0].type === 'string'
  return strict(source, args, ([a, b]) =>
    sure(isText ? `rt.compareText(${a}, ${b}) ${operators[op]} 0` : `${a} ${operators[op]} ${b}`),
  )
}

/** `and` and `or` are decided by one side where it decides, null where the unknown side would. */
function logical(source: RowSource, op: 'and' | 'or', args: readonly [Node, Node]): Code {
  const [a, b] = [generate(source, args[0]), generate(source, args[1])]
  if (!a.nullable && !b.nullable) return sure(`(${a.code} ${op === 'and' ? '&&' : '||'} ${b.code})`)
  const decisive = op === 'or'
  const [left, right] = [source.local(), source.local()]
  return {
    code:
      `((${left} = ${a.code}) === ${decisive} ? ${decisive} : (${right} = ${b.code}) === ${decisive} ? ${decisive} : ` +
      `${left} === null || ${right} === null ? null : ${!decisive})`,
    nullable: true,
  }
}

/** From this many literals on a set is quicker than comparing with each. */
const setFrom = 8

function membership(source: RowSource, [value, ...items]: readonly [Node, ...Node[]]): Code {
  const tested = generate(source, value)
  const codes = items.map((item) => generate(source, item))
  const name = source.local()
  if (items.every((item) => item.op === 'literal')) {
    const literals = codes.map((item) => item.code)
    const found =
      literals.length >= setFrom
        ? `${source.set(`[${literals.join(', ')}]`)}.has(${name})`
        : `(${literals.map((literal) => `${name} === ${literal}`).join(' || ')})`
    return { code: `((${name} = ${tested.code}) === null ? null : ${found})`, nullable: tested.nullable }
  }
  const locals = codes.map(() => source.local())
  const found = codes.map((item, at) => `(${locals[at] ?? ''} = ${item.code}) === ${name}`).join(' || ')
  const unknown = locals.map((local) => `${local} === null`).join(' || ')
  return {
    code: `((${name} = ${tested.code}) === null ? null : ${found} ? true : ${unknown} ? null : false)`,
    nullable: true,
  }
}

function conditional(source: RowSource, args: readonly [Node, Node, Node]): Code {
  const [condition, whenTrue, whenFalse] = args.map((arg) => generate(source, arg)) as [Code, Code, Code]
  const branches = `(${whenTrue.code}) : (${whenFalse.code})`
  const nullable = condition.nullable || whenTrue.nullable || whenFalse.nullable
  if (!condition.nullable) return { code: `((${condition.code}) ? ${branches})`, nullable }
  const name = source.local()
  return { code: `((${name} = ${condition.code}) === null ? null : ${name} ? ${branches})`, nullable }
}

function text(source: RowSource, args: readonly [Node]): Code {
  if (args[0].type === 'string') return generate(source, args[0])
  if (args[0].type === 'boolean') return strict(source, args, ([a]) => sure(`String(${a})`))
  return strict(source, args, ([a]) => ({ code: `rt.textOfNumber(${a})`, nullable: true }))
}
