import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Node } from '../types'
import { compileExpression, type RowColumns } from './compile'
import { interpret, type ExpressionEvent } from './interpret'
import { anyEvent } from './testing-events'
import { anyExpression } from './testing-expressions'

function columnsOf(events: ExpressionEvent[]): RowColumns {
  const names = new Set(events.flatMap((event) => Object.keys(event.data as object)))
  const columns = [...names].map((name) => [
    name,
    events.map((event) => (event.data as Record<string, unknown>)[name]),
  ])
  return {
    columns: Object.fromEntries(columns) as Record<string, unknown[]>,
    type: events[0]?.type ?? '',
    id: events.map((event) => event.id),
    source: events.map((event) => event.source),
    subject: events.map((event) => event.subject),
  }
}

describe('compiled expressions', () => {
  it('[law 2] give what the interpreter gives, on any expression and event', () => {
    fc.assert(
      fc.property(anyExpression, fc.array(anyEvent, { minLength: 1, maxLength: 8 }), (node, events) => {
        const compiled = compileExpression(node)
        const batch = columnsOf(events)
        events.forEach((event, row) => {
          expect(withoutNegativeZero(compiled(batch, row))).toEqual(
            withoutNegativeZero(interpret(node, event)),
          )
        })
      }),
      { numRuns: 1000 },
    )
  })

  it('keep text that looks like code as text', () => {
    const text = '`${process.exit()}` "); throw 1; //\u2028'
    const node: Node = {
      op: 'in',
      type: 'boolean',
      args: [
        { op: 'field', type: 'string', path: [text, text] },
        { op: 'literal', type: 'string', value: text },
      ],
    }
    const batch = columnsOf([
      { id: '', source: '', type: '', subject: null, data: { [text]: { [text]: text } } },
    ])
    expect(compileExpression(node)(batch, 0)).toBe(true)
  })
})

function withoutNegativeZero(value: unknown): unknown {
  return value === 0 ? 0 : value
}
