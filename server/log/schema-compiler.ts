import { Ajv, type ErrorObject, type Options } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { setFlagsFromString } from 'node:v8'
import type { DataCheck } from './schemas-in-force'

export const maxSchemaBytes = 256 * 1024
const maxSchemaNodes = 20_000
const maxSchemaDepth = 64
const maxPatternLength = 512

// A pattern that backtracks too much goes on in V8's linear-time engine: `^(a+)+$` takes milliseconds, not years.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')

// The package is CommonJS: its types and its bundled form disagree on where the plugin is.
const addFormats = formats

const dialects: Record<string, (options: Options) => Ajv | Ajv2020> = {
  'https://json-schema.org/draft/2020-12/schema': (options) => new Ajv2020(options),
  'http://json-schema.org/draft-07/schema': (options) => new Ajv(options),
}
const defaultDialect = 'https://json-schema.org/draft/2020-12/schema'

export type CompiledSchema = { ok: true; check: DataCheck } | { ok: false; problem: string }

/** Compiles a JSON Schema of draft 2020-12 (also when it names none) or draft-07; nothing is fetched. */
export function compileSchema(text: string): CompiledSchema {
  if (Buffer.byteLength(text) > maxSchemaBytes) return no(`it is larger than ${maxSchemaBytes / 1024} KiB`)
  const schema = parse(text)
  if (schema === undefined) return no('it is not JSON')
  if (
    typeof schema !== 'boolean' &&
    (typeof schema !== 'object' || schema === null || Array.isArray(schema))
  ) {
    return no('a JSON Schema is an object or a boolean')
  }
  const problem = nodeProblem(schema, '', 0, { left: maxSchemaNodes })
  if (problem !== null) return no(problem)
  const named = typeof schema === 'object' ? (schema as Record<string, unknown>).$schema : undefined
  const dialect =
    named === undefined ? defaultDialect : typeof named === 'string' ? named.replace(/#$/, '') : ''
  const make = dialects[dialect]
  if (!make) return no(`$schema must be one of ${Object.keys(dialects).join(', ')}`)
  try {
    const ajv = make({
      strict: false,
      allErrors: false,
      unicodeRegExp: false,
      validateFormats: true,
      logger: false,
    })
    addFormats(ajv)
    const validate = ajv.compile(schema)
    return { ok: true, check: (data) => (validate(data) ? null : errorText(validate.errors?.[0])) }
  } catch (error) {
    return no((error instanceof Error ? error.message : String(error)).slice(0, 500))
  }
}

const no = (problem: string): CompiledSchema => ({ ok: false, problem })

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function nodeProblem(node: unknown, at: string, depth: number, budget: { left: number }): string | null {
  if (typeof node !== 'object' || node === null) return null
  if (--budget.left < 0) return `it has more than ${maxSchemaNodes} parts`
  if (depth > maxSchemaDepth) return `it nests deeper than ${maxSchemaDepth} levels`
  for (const [key, value] of Object.entries(node)) {
    const path = `${at}/${key}`
    const problem = keywordProblem(key, value, path) ?? nodeProblem(value, path, depth + 1, budget)
    if (problem !== null) return problem
  }
  return null
}

function keywordProblem(key: string, value: unknown, path: string): string | null {
  if ((key === '$ref' || key === '$dynamicRef' || key === '$recursiveRef') && typeof value === 'string') {
    return value.startsWith('#') ? null : `${path}: only references inside the schema (#…) are allowed`
  }
  if (key === 'pattern' && typeof value === 'string') return patternProblem(value, path)
  if (key === 'patternProperties' && typeof value === 'object' && value !== null) {
    for (const pattern of Object.keys(value)) {
      const problem = patternProblem(pattern, path)
      if (problem !== null) return problem
    }
  }
  return null
}

/** Refuses what the linear-time engine cannot run, so that no pattern can stop a reader. */
function patternProblem(pattern: string, path: string): string | null {
  if (pattern.length > maxPatternLength)
    return `${path}: the pattern is longer than ${maxPatternLength} characters`
  if (/\\[1-9]|\\k<|\(\?[=!]|\(\?<[=!]/.test(pattern)) {
    return `${path}: back references and look-around are not allowed in patterns`
  }
  if (/\\[pP]\{|\\u\{/.test(pattern)) return `${path}: \\p{…} and \\u{…} are not supported in patterns`
  if (/\{\d{4,}|,\d{4,}\}/.test(pattern)) return `${path}: a pattern repeats at most 999 times`
  try {
    new RegExp(pattern)
    return null
  } catch {
    return `${path}: the pattern is not a regular expression`
  }
}

function errorText(error: ErrorObject | undefined): string {
  if (!error) return 'data does not conform to its schema.'
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => `.${part.replaceAll('~1', '/').replaceAll('~0', '~')}`)
    .join('')
  const params = error.params as Record<string, unknown>
  const named =
    params.additionalProperty ?? params.unevaluatedProperty ?? params.allowedValues ?? params.allowedValue
  const detail = named === undefined ? '' : ` (${JSON.stringify(named)})`
  return `data${path} ${error.message ?? 'does not conform'}${detail}`.slice(0, 500) + '.'
}
