import { AppError } from '../../platform'
import type { CommandContext } from './command'

type Options = CommandContext['options']

export const rangeOptions = {
  from: { type: 'string' },
  to: { type: 'string' },
  keys: { type: 'string' },
  preview: { type: 'boolean' },
} as const
export const backfillOptions = {
  mode: { type: 'string' },
  'newest-first': { type: 'boolean' },
  'run-at': { type: 'string' },
  'retry-of': { type: 'string' },
} as const
export const guardOptions = {
  'guard-minutes': { type: 'string' },
  'guard-divergence': { type: 'string' },
  'guard-freshness': { type: 'string' },
} as const

const example = '2026-01-31T00:00:00Z'

export function rangeOf({ from, to }: Options): { from: string; to: string } {
  if (typeof from === 'string' && typeof to === 'string') return { from, to }
  throw new AppError('bad_request', `The range is missing: give --from and --to as instants like ${example}.`)
}

/** `a,b` or, for keys that hold commas, a JSON array of texts. */
export function keysOf({ keys }: Options): { keys?: string[] } {
  if (typeof keys !== 'string') return {}
  if (!keys.startsWith('[')) return { keys: keys.split(',').map((key) => key.trim()) }
  const parsed = jsonOf(keys, '--keys')
  if (Array.isArray(parsed) && parsed.every((key) => typeof key === 'string')) return { keys: parsed }
  throw new AppError('bad_request', 'Reading --keys failed: give a,b or a JSON array of texts.')
}

export function guardOf(options: Options): { guard?: Record<string, number> } {
  const minutes = numberOf(options, 'guard-minutes')
  const divergence = numberOf(options, 'guard-divergence')
  const freshnessS = numberOf(options, 'guard-freshness')
  if (minutes === undefined) {
    if (divergence === undefined && freshnessS === undefined) return {}
    throw new AppError('bad_request', 'A guard needs its time: give --guard-minutes too.')
  }
  return {
    guard: {
      minutes,
      ...(divergence !== undefined && { divergence }),
      ...(freshnessS !== undefined && { freshnessS }),
    },
  }
}

/** A dry run of a recompute is its preview: computed, compared and shown, with nothing put in force. */
export const previewOf = ({ options, dryRun }: CommandContext): { preview?: true } =>
  dryRun || options.preview === true ? { preview: true } : {}

export function backfillOf(options: Options): Record<string, unknown> {
  return {
    ...(typeof options.mode === 'string' && { mode: options.mode }),
    ...(options['newest-first'] === true && { order: 'newest' }),
    ...(typeof options['run-at'] === 'string' && { runAt: options['run-at'] }),
    ...(typeof options['retry-of'] === 'string' && { retryOf: options['retry-of'] }),
  }
}

export function targetOf(options: Options): Record<string, number> {
  const given = (['version', 'publication'] as const).filter((name) => options[name] !== undefined)
  const [name] = given
  const number = Number(name === undefined ? Number.NaN : options[name])
  if (name === undefined || given.length !== 1 || !Number.isInteger(number) || number < 0) {
    throw new AppError(
      'bad_request',
      'Give either --version or --publication, with its number (see the pipeline’s versions).',
    )
  }
  return { [name]: number }
}

export function jsonOf(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AppError('bad_request', `Reading ${what} failed: ${(error as Error).message}. Give JSON.`)
  }
}

function numberOf(options: Options, name: string): number | undefined {
  const text = options[name]
  if (text === undefined) return undefined
  const value = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN
  if (Number.isFinite(value)) return value
  throw new AppError('bad_request', `Reading --${name} failed: "${String(text)}" is not a number.`)
}
