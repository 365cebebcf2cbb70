import { z } from 'zod'

/** A whole number in a query, within bounds. */
export const integerText = (min: number, max: number) =>
  z
    .string()
    .transform((text, context) => {
      const value = Number(text)
      if (/^-?\d{1,16}$/.test(text) && value >= min && value <= max) return value
      context.addIssue({ code: 'custom', message: `expected a whole number from ${min} to ${max}` })
      return z.NEVER
    })
    .meta({ pattern: '^-?\\d+$' })

/** Text that a store can hold: whole Unicode, without NUL. */
export const plainText = (min: number, max: number) =>
  z
    .string()
    .min(min)
    .max(max)
    .refine((text) => !text.includes('\0') && !/\p{Surrogate}/u.test(text), {
      message: 'expected text without NUL and lone surrogates',
    })

export const reasonText = z.string().trim().pipe(plainText(1, 1_000))
