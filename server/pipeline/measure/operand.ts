import { scaleNumber, scaleText } from './number-text'

const INTEGER_TEXT = /^-?[0-9]{1,64}$/

/** An int operand given as JSON: undefined when absent, null when present but unusable. */
export function readInteger(value: unknown): number | null | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : null
  if (value === null || value === undefined) return undefined
  if (typeof value !== 'string' || !INTEGER_TEXT.test(value)) return null
  const read = Number(value)
  return Number.isSafeInteger(read) ? read : null
}

/** A decimal operand given as JSON, as scaled integer: undefined when absent, null when present but unusable. */
export function readDecimal(value: unknown, scale: number): number | bigint | null | undefined {
  if (typeof value === 'number') return value - value === 0 ? scaleNumber(value, scale) : null
  if (value === null || value === undefined) return undefined
  return typeof value === 'string' ? scaleText(value, scale) : null
}

/** UTF-8 bytes a key may have: an event with a longer one is counted `invalid` and parked as a dead letter. */
export const MAX_KEY_BYTES = 1_024

/** Whether a key is short enough to be one; the byte count is only taken where UTF-16 length leaves it open. */
export function isUsableKey(key: string): boolean {
  const units = key.length
  return units * 3 <= MAX_KEY_BYTES || (units <= MAX_KEY_BYTES && Buffer.byteLength(key) <= MAX_KEY_BYTES)
}
