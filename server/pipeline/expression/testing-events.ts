import fc from 'fast-check'
import type { FieldType } from '../types'
import { fieldKey, type FieldTypes } from './field-types'
import type { ExpressionEvent } from './interpret'

/** Paths with the traps in them: case twins, dots, quotes, digits, stars, a list's length, a prototype's names. */
const paths: string[][] = [
  ['a'],
  ['A'],
  ['b'],
  ['deep'],
  ['deep', 'x'],
  ['deep', 'X'],
  ['deep', '0'],
  ['deep', 'length'],
  ['deep', 'constructor'],
  ['x.y'],
  ['x', 'y'],
  ['q"uo\'te\\'],
  ['*'],
  ['-'],
  ['/~1'],
  ['$[0]', '*'],
  ['l1', 'l2', 'l3', 'l4'],
  ['l1', 'l2', 'l3', 'l4', 'l5'],
  ['naïve 😀'],
  ['É'],
  ['é'],
]

const types = ['number', 'string', 'boolean', 'unknown'] as const

/** A declared type for most paths, so that the text of an expression parses to the same types. */
export const declaredTypes: FieldTypes = new Map(paths.map((path, at) => [fieldKey(path), typeAt(at)]))

function typeAt(at: number): FieldType | 'unknown' {
  return types[at % types.length] ?? 'unknown'
}

export function pathsOf(type: FieldType | 'unknown'): fc.Arbitrary<string[]> {
  return fc.constantFrom(...paths.filter((_, at) => typeAt(at) === type))
}

export const numbers = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -20, max: 20 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(0, 0.1, 0.5, -1.5, 1e308, -1e308, 5e-324, 1e-5, 0.0001, 1e15, 1e16, 1e21),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(2 ** 53, 2 ** 53 - 1, -(2 ** 53), 2 ** 63, 4503599627370495.5, -0),
  },
  { weight: 3, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 2, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
)

export const texts = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('', 'a', 'b', 'ab', 'A', 'Ab', 'true', "it's", '"', '\\', '%', '_', '*'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '1',
      '-1.5',
      '1e3',
      '1E-3',
      '1e+2',
      '+1',
      '.5',
      '1.',
      '1e999',
      '1e-999',
      '0x1',
      ' 1',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'é',
      'e\u0301',
      '😀',
      '\uffee',
      '\ue000',
      'İ',
      'ß',
      'ſ',
      '\u212a',
      '\n',
      '1\n',
    ),
  },
  { weight: 2, arbitrary: numbers.map(String) },
  {
    weight: 3,
    arbitrary: fc.string({ unit: 'binary', maxLength: 6 }).map((text) => text.replaceAll('\0', '')),
  },
)

const json = fc.oneof(
  { weight: 5, arbitrary: numbers },
  { weight: 5, arbitrary: texts },
  { weight: 3, arbitrary: fc.boolean() },
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>({}, [], [1, 'a'], { length: 1 }, [[0]]) },
)

const valueOf = { number: numbers, string: texts, boolean: fc.boolean(), unknown: json } as const

/** Data that has some of the paths, mostly with the declared type, and lists where objects might be. */
const data = fc
  .tuple(
    ...paths.map((_, at) =>
      fc.option(fc.oneof({ weight: 4, arbitrary: valueOf[typeAt(at)] }, { weight: 1, arbitrary: json })),
    ),
  )
  .map((values) => {
    const root: Record<string, unknown> = {}
    values.forEach((value, at) => {
      if (value !== null) place(root, paths[at] ?? [], value)
    })
    return root
  })

function place(root: Record<string, unknown>, path: string[], value: unknown): void {
  let target = root
  for (const name of path.slice(0, -1)) {
    const child = Object.hasOwn(target, name) ? target[name] : undefined
    const next = typeof child === 'object' && child !== null && !Array.isArray(child) ? { ...child } : {}
    target[name] = next
    target = next
  }
  target[path.at(-1) ?? ''] = value
}

export const anyEvent: fc.Arbitrary<ExpressionEvent> = fc.record({
  id: texts,
  source: texts,
  type: fc.constant("type.of'events"),
  subject: fc.option(texts),
  data,
})
