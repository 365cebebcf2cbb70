import fc from 'fast-check'
import type { FieldType, Node } from '../types'
import { numbers, pathsOf, texts } from './testing-events'

const attributes = fc
  .constantFrom('id' as const, 'source' as const, 'type' as const, 'subject' as const)
  .map((name): Node => ({ op: 'attribute', type: 'string', name }))

const { number, string, boolean } = fc.letrec<Record<FieldType, Node>>((tie) => {
  const one = (type: FieldType) => fc.tuple(tie(type))
  const two = (type: FieldType) => fc.tuple(tie(type), tie(type))
  const branches = (type: FieldType) => fc.tuple(tie('boolean'), tie(type), tie(type))
  const some = (type: FieldType) => fc.array(tie(type), { minLength: 2, maxLength: 4 })
  const computed = fc.oneof(tie('number'), tie('string'), tie('boolean')).filter(isComputed)
  const shape = { depthSize: 'medium', withCrossShrink: true, maxDepth: 6 } as const
  return {
    number: fc.oneof(
      shape,
      { weight: 1, arbitrary: literals(numbers, 'number') },
      { weight: 2, arbitrary: leaves('field', 'number', pathsOf('number')) },
      { weight: 1, arbitrary: leaves('fieldNumber', 'number', pathsOf('unknown')) },
      { weight: 5, arbitrary: calls(['add', 'sub', 'mul', 'div', 'mod'], 'number', two('number')) },
      { weight: 2, arbitrary: calls(['neg', 'truncate'], 'number', one('number')) },
      { weight: 2, arbitrary: calls(['length', 'toNumber'], 'number', one('string')) },
      { weight: 1, arbitrary: calls(['if'], 'number', branches('number')) },
    ),
    string: fc.oneof(
      shape,
      { weight: 1, arbitrary: literals(texts, 'string') },
      { weight: 2, arbitrary: leaves('field', 'string', pathsOf('string')) },
      { weight: 1, arbitrary: leaves('fieldText', 'string', pathsOf('unknown')) },
      { weight: 1, arbitrary: attributes },
      { weight: 2, arbitrary: calls(['concat'], 'string', two('string')) },
      { weight: 2, arbitrary: calls(['lowerAscii', 'upperAscii'], 'string', one('string')) },
      { weight: 2, arbitrary: calls(['toText'], 'string', fc.oneof(one('number'), one('boolean'))) },
      { weight: 1, arbitrary: calls(['if'], 'string', branches('string')) },
    ),
    boolean: fc.oneof(
      shape,
      { weight: 1, arbitrary: literals(fc.boolean(), 'boolean') },
      { weight: 2, arbitrary: leaves('field', 'boolean', pathsOf('boolean')) },
      {
        weight: 1,
        arbitrary: leaves('isPresent', 'boolean', fc.oneof(pathsOf('unknown'), pathsOf('string'))),
      },
      { weight: 4, arbitrary: calls(['and', 'or'], 'boolean', two('boolean')) },
      { weight: 1, arbitrary: calls(['not'], 'boolean', one('boolean')) },
      { weight: 1, arbitrary: calls(['isNull', 'isNotNull'], 'boolean', fc.tuple(computed)) },
      { weight: 1, arbitrary: calls(['eq', 'ne'], 'boolean', two('boolean')) },
      { weight: 3, arbitrary: calls(['eq', 'ne', 'lt', 'le', 'gt', 'ge'], 'boolean', two('number')) },
      { weight: 3, arbitrary: calls(['eq', 'ne', 'lt', 'le', 'gt', 'ge'], 'boolean', two('string')) },
      { weight: 2, arbitrary: calls(['in'], 'boolean', fc.oneof(some('number'), some('string'))) },
      {
        weight: 1,
        arbitrary: calls(['in'], 'boolean', fc.oneof(list('number', numbers), list('string', texts))),
      },
      { weight: 3, arbitrary: calls(['startsWith', 'endsWith', 'contains'], 'boolean', two('string')) },
      { weight: 1, arbitrary: calls(['if'], 'boolean', branches('boolean')) },
    ),
  }

  /** A value in a list of literals, long enough for the compiled form to use a set. */
  function list(type: 'number' | 'string', values: fc.Arbitrary<number | string>) {
    return fc
      .tuple(tie(type), fc.array(literals(values, type), { minLength: 1, maxLength: 12 }))
      .map(([value, items]) => [value, ...items])
  }
})

/** Comparing a field itself with null asks for its presence, which is another node. */
function isComputed(node: Node): boolean {
  return node.op !== 'literal' && node.op !== 'field'
}

function literals(values: fc.Arbitrary<number | string | boolean>, type: FieldType): fc.Arbitrary<Node> {
  return values.map((value): Node => ({ op: 'literal', type, value: value === 0 ? 0 : value }))
}

function leaves(op: Node['op'], type: FieldType, paths: fc.Arbitrary<string[]>): fc.Arbitrary<Node> {
  return paths.map((path) => ({ op, type, path }) as Node)
}

function calls(ops: Node['op'][], type: FieldType, args: fc.Arbitrary<Node[]>): fc.Arbitrary<Node> {
  return fc.tuple(fc.constantFrom(...ops), args).map(([op, list]) => ({ op, type, args: list }) as Node)
}

/** A random expression of any type. */
export const anyExpression: fc.Arbitrary<Node> = fc.oneof(number, string, boolean)
