import { AppError } from '../../platform'
import type { Span } from './cost-store'

/** The UTC month of an instant, half-open. */
export function monthOf(at: number): Span {
  const date = new Date(at)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return { from: Date.UTC(year, month, 1), to: Date.UTC(year, month + 1, 1) }
}

/** `2026-03` as its month; it must have begun. */
export function parseMonth(text: string, now: number): Span {
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text)
  if (!match)
    throw new AppError(
      'bad_request',
      `Reading costs failed: the month "${text}" is none. Write it as in 2026-03.`,
    )
  const span = monthOf(Date.UTC(Number(match[1]), Number(match[2]) - 1, 1))
  if (span.from > now)
    throw new AppError(
      'bad_request',
      `Reading costs failed: ${text} has not begun. Ask for an earlier month.`,
    )
  return span
}
