import type { z } from 'zod'
import { compileExpectation } from './expectation'
import type { RunbookProblem, Step } from './model'
import { namedQueries, queryNamed } from './queries'

/** What is wrong with a step's query, its arguments or its expectation. */
export function stepProblems(step: Step): Omit<RunbookProblem, 'line'>[] {
  if (step.kind !== 'check') return []
  const query = queryNamed(step.query)
  if (!query)
    return [{ path: 'query', expected: `one of ${Object.keys(namedQueries).join(', ')}; not ${step.query}` }]
  const expectation = compileExpectation(step.expect, query.fields)
  const given = Object.keys(step.args)
  const strange = given.filter((name) => !Object.hasOwn(query.args.shape, name))
  const shape = query.args.shape as Record<string, z.ZodType>
  const lacking = Object.entries(shape).filter(
    ([name, schema]) => !given.includes(name) && !schema.safeParse(undefined).success,
  )
  return [
    ...strange.map((name) => ({
      path: `args.${name}`,
      expected: `an argument of ${step.query}: ${Object.keys(query.args.shape).join(', ') || 'it takes none'}`,
    })),
    ...lacking.map(([name]) => ({ path: `args.${name}`, expected: `a value: ${step.query} needs it` })),
    ...(expectation.ok ? [] : [{ path: 'expect', expected: expectation.problem.expected }]),
  ]
}
