/** Epoch milliseconds, UTC. */
export type Instant = number

/** One valid definition, normalised: durations in ms, defaults filled in. */
export interface Definition {
  name: string
  title: string
  owner: string
  tags: Record<string, string>
  eventType: string
  /** Registry subject; null: the events' data is untyped. */
  schemaSubject: string | null
  /**
   * Declared types of the fields the expressions read, by dotted path: kept with the definition, so that it means
   * the same without the schema it was checked against.
   */
  fieldTypes?: Record<string, FieldType>
  filter: Expression | null
  /** One expression, or several for a compound key. */
  key: Expression[]
  windowSizeMs: number
  lateness: { outOfOrderMs: number; allowedMs: number; beyond: 'defer' | 'include' }
  dedupeHorizonMs: number
  /** By name: cells are laid out in this order, and a stored document (jsonb) keeps no other. */
  measures: Measure[]
  batch: { everyMs: number; reconcile: 'auto' | 'propose' | 'off'; tolerance: number }
  retention: { versions: number; cellsMs: number }
  /** Keys a window may have before its speed layer stands still; absent: `defaultKeysPerWindow`. */
  keysPerWindow?: number
  /** Kept and exported as written; read by the objectives room. */
  objectives: Record<string, unknown>
  budget: Record<string, unknown> | null
}

/** How a field's JSON value is read; a value of another JSON type reads as null. */
export type FieldType = 'number' | 'string' | 'boolean'

/**
 * A typed expression over one event. Semantics are three-valued: a missing field, a null, a value of the
 * wrong JSON type, a non-finite result or a failed conversion is null; `&&` and `||` absorb null as SQL does.
 * All numbers are IEEE doubles. The three interpreters (fold, SQL, reference) must agree on every node.
 */
export type Node =
  | { op: 'literal'; type: FieldType | 'null'; value: number | string | boolean | null }
  | { op: 'field'; type: FieldType; path: string[] } // path below `data`
  | { op: 'attribute'; type: 'string'; name: 'id' | 'source' | 'type' | 'subject' }
  | { op: 'isPresent'; type: 'boolean'; path: string[] } // has(data.x): present and not null
  | { op: 'not'; type: 'boolean'; args: [Node] }
  | { op: 'and' | 'or'; type: 'boolean'; args: [Node, Node] }
  | { op: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'; type: 'boolean'; args: [Node, Node] }
  | { op: 'isNull' | 'isNotNull'; type: 'boolean'; args: [Node] }
  | { op: 'in'; type: 'boolean'; args: [Node, ...Node[]] }
  | { op: 'add' | 'sub' | 'mul' | 'div' | 'mod'; type: 'number'; args: [Node, Node] }
  | { op: 'neg'; type: 'number'; args: [Node] }
  | { op: 'concat'; type: 'string'; args: [Node, Node] }
  | { op: 'if'; type: FieldType; args: [Node, Node, Node] } // null when the condition is null
  | { op: 'startsWith' | 'endsWith' | 'contains'; type: 'boolean'; args: [Node, Node] }
  | { op: 'length'; type: 'number'; args: [Node] } // code points
  | { op: 'lowerAscii' | 'upperAscii'; type: 'string'; args: [Node] }
  | { op: 'toText'; type: 'string'; args: [Node] } // string(number|bool|string)
  | { op: 'toNumber'; type: 'number'; args: [Node] } // double(string|number)
  | { op: 'fieldText'; type: 'string'; path: string[] } // text of a scalar of any JSON type, as toText
  | { op: 'fieldNumber'; type: 'number'; path: string[] } // a number, or a string read as toNumber does
  | { op: 'truncate'; type: 'number'; args: [Node] } // int(number)

export interface Expression {
  text: string
  node: Node
}

export type NumberType = 'int' | 'float' | 'decimal'

/**
 * `raw`: a decimal or int operand that is a bare field (`of.node` is then a `field` of type number): the value may
 * also be a JSON string of digits, read exactly and never through a double.
 */
export type Measure =
  | { name: string; kind: 'count'; where: Expression | null }
  | { name: string; kind: 'sum'; of: Expression; type: NumberType; scale: number | null; raw: boolean }
  | {
      name: string
      kind: 'min' | 'max'
      of: Expression
      type: NumberType
      scale: number | null
      raw: boolean
    }
  | { name: string; kind: 'mean'; of: Expression; type: NumberType; scale: number | null; raw: boolean }
  | { name: string; kind: 'distinct'; of: Expression }
  | { name: string; kind: 'quantile'; of: Expression; q: number }

/** Events of one type and one partition in log order, as columns. Row i is one event. */
export interface EventBatch {
  type: string
  partition: number
  /** Number of events. */
  n: number
  /** Log sequence of the message an event came in, ascending. */
  seq: number[]
  /** Index of the event inside its message. */
  index: number[]
  /** The log's own timestamp of the message, epoch ms. */
  logTime: Instant[]
  /** Event time, epoch ms. */
  time: Instant[]
  source: string[]
  id: string[]
  subject: (string | null)[]
  /** Top-level fields of `data`, for the fields the reader asked for; undefined or null where absent. */
  columns: Record<string, unknown[]>
  /** Of the events that carry a trace; absent or null: none does. */
  traced?: TracedRow[] | null
}

/** An event's `traceparent`, as its producer wrote it. */
export interface TracedRow {
  row: number
  traceparent: string
  /** It came straight to the log: no gateway has told of it. */
  isDirect: boolean
}

/** A problem in a definition: where, what was found, what would be right. */
export interface Problem {
  path: string
  value: unknown
  expected: string
  nearest?: string
}

/** What a measure answers: an exact decimal is a string, the rest are numbers; null: no value to answer from. */
export type MeasureValue = number | string | null

/**
 * Accumulator slots of a cell, in a fixed layout. Slot 0 is the number of accepted events. A slot is text of an
 * exact number for the store (Postgres numeric), null for "none yet" (min, max).
 */
export interface StoredCell {
  acc: (string | null)[]
  sketch: Uint8Array | null
}
