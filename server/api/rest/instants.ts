import { z } from 'zod'
import { parseInstant } from '../../log'

/**
 * An instant in a query or body: RFC 3339 with its zone, or a date for its midnight UTC. A `+` of a zone that a
 * client left unescaped arrives as a space.
 */
export const instantText = z
  .string()
  .max(64)
  .transform((text, context) => {
    const repaired = text.replace(/ (?=\d{2}:\d{2}$)/, '+')
    const at = parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(repaired) ? `${repaired}T00:00:00Z` : repaired)
    if (!Number.isNaN(at)) return at
    context.addIssue({
      code: 'custom',
      message: 'expected an ISO 8601 instant with a zone, as 2026-01-31T08:00:00Z',
    })
    return z.NEVER
  })
  .meta({ format: 'date-time' })

export const iso = (at: number): string => new Date(at).toISOString()
export const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at))
