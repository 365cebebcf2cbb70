import { formatDuration, parseDuration } from './definition-duration'
import { nearest } from './expression/nearest'
import type { Problem } from './types'

/** A place in the document, and where problems found there are noted. */
export interface Place {
  value: unknown
  path: string
  problems: Problem[]
}

/** Notes a problem; the null lets a reader return it. */
export function refuse(place: Place, expected: string, near?: string): null {
  const { value, path } = place
  place.problems.push({
    path,
    value: shown(value),
    expected,
    ...(near === undefined ? {} : { nearest: near }),
  })
  return null
}

/** Problems quote what was written, not whole subtrees. */
function shown(value: unknown): unknown {
  if (typeof value === 'string') return value.length > 200 ? `${value.slice(0, 200)}…` : value
  if (value === undefined) return null
  if (typeof value !== 'object' || value === null) return value
  const text = JSON.stringify(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : value
}

export type Fields<Name extends string> = Record<Name, Place | null>

/** The fields of an object, null where absent. Fields it does not have are problems. */
export function readFields<Name extends string>(place: Place, names: readonly Name[]): Fields<Name> | null {
  const { value, problems } = place
  if (!isRecord(value)) return refuse(place, `an object with ${names.join(', ')}`)
  for (const name of Object.keys(value)) {
    if (names.some((known) => known === name)) continue
    refuse(below(place, name, value[name]), `one of the fields ${names.join(', ')}`, nearest(name, names))
  }
  const entries = names.map((name): [Name, Place | null] => [
    name,
    Object.hasOwn(value, name) ? { value: value[name], path: joined(place.path, name), problems } : null,
  ])
  return Object.fromEntries(entries) as Fields<Name>
}

/** The members of an object whose names the author chooses. */
export function readMembers(place: Place, expected: string): [string, Place][] | null {
  if (!isRecord(place.value)) return refuse(place, expected)
  return Object.entries(place.value).map(([name, value]) => [name, below(place, name, value)])
}

export function below(place: Place, name: string | number, value: unknown): Place {
  return { value, path: joined(place.path, name), problems: place.problems }
}

/** A required field of an object that was read. */
export function required(place: Place, name: string, field: Place | null): Place | null {
  return field ?? refuse(below(place, name, undefined), 'a value; it is required')
}

function joined(path: string, name: string | number): string {
  if (typeof name === 'number') return `${path}[${name}]`
  if (!/^[A-Za-z_][\w-]*$/.test(name)) return `${path}[${JSON.stringify(name.slice(0, 100))}]`
  return path === '' ? name : `${path}.${name}`
}

export function readText(
  place: Place,
  rule: { pattern?: RegExp; maxLength?: number; expected: string },
): string | null {
  const { value } = place
  const { pattern, maxLength = 200, expected } = rule
  if (typeof value !== 'string' || value === '' || value.length > maxLength) return refuse(place, expected)
  if (/\p{Surrogate}|\0/u.test(value) || (pattern && !pattern.test(value))) return refuse(place, expected)
  return value
}

export function readChoice<Choice extends string>(place: Place, choices: readonly Choice[]): Choice | null {
  const found = choices.find((choice) => choice === place.value)
  if (found !== undefined) return found
  const near = typeof place.value === 'string' ? nearest(place.value, choices) : undefined
  return refuse(place, `one of ${choices.join(', ')}`, near)
}

export interface NumberRule {
  min: number
  max: number
  integer?: boolean
  /** The ends themselves are refused. */
  open?: boolean
}

export function readNumber(
  place: Place,
  { min, max, integer = false, open = false }: NumberRule,
): number | null {
  const { value } = place
  const isInside =
    typeof value === 'number' && (open ? value > min && value < max : value >= min && value <= max)
  if (isInside && (!integer || Number.isInteger(value))) return value
  const kind = integer ? 'a whole number' : 'a number'
  return refuse(place, open ? `${kind} above ${min} and below ${max}` : `${kind} from ${min} to ${max}`)
}

export function readDuration(
  place: Place,
  { minMs, maxMs }: { minMs: number; maxMs: number },
): number | null {
  const { value } = place
  const durationMs = typeof value === 'string' ? parseDuration(value) : null
  if (durationMs !== null && durationMs >= minMs && durationMs <= maxMs) return durationMs
  const expected = `a duration from ${formatDuration(minMs)} to ${formatDuration(maxMs)}, such as 250ms, 10s, 5m, 1h or 2d`
  return refuse(place, expected, nearestDuration(value, { minMs, maxMs, durationMs }))
}

function nearestDuration(
  value: unknown,
  { minMs, maxMs, durationMs }: { minMs: number; maxMs: number; durationMs: number | null },
): string | undefined {
  if (durationMs !== null) return formatDuration(durationMs < minMs ? minMs : maxMs)
  const plain = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
  const guess = plain ? `${value}s` : typeof value === 'string' ? value.replaceAll(' ', '').toLowerCase() : ''
  const guessMs = parseDuration(guess)
  return guessMs !== null && guessMs >= minMs && guessMs <= maxMs ? guess : undefined
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
