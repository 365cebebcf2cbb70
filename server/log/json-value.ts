import { rejected, type Rejection } from './log-event'
import { maxDataDepth } from './limits'

// NUL cannot be stored by Postgres, and a lone surrogate is not text in any encoding.
const badText = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/

export const isText = (text: string): boolean => !badText.test(text)

/** What makes a parsed JSON value unusable: text that cannot be stored, numbers beyond a double, too deep. */
export function valueProblem(value: unknown, depth = 0): Rejection | null {
  switch (typeof value) {
    case 'string':
      return isText(value)
        ? null
        : rejected('invalid_text', 'data holds a NUL or a lone surrogate, which is not text.').rejection
    case 'number':
      return Number.isFinite(value)
        ? null
        : rejected('number_out_of_range', 'data holds a number beyond ±1.8e308.').rejection
    case 'object':
      return value === null ? null : containerProblem(value, depth + 1)
    default:
      return null
  }
}

function containerProblem(value: object, depth: number): Rejection | null {
  if (depth > maxDataDepth) {
    return rejected('too_deep', `data nests deeper than ${maxDataDepth} levels.`).rejection
  }
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      const problem = valueProblem(item, depth)
      if (problem) return problem
    }
    return null
  }
  for (const key in value) {
    const problem = valueProblem(key, depth) ?? valueProblem((value as Record<string, unknown>)[key], depth)
    if (problem) return problem
  }
  return null
}
