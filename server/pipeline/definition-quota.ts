import { parseBytes } from './definition-bytes'
import type { Definition } from './types'

/** What `budget.quota.backfillBytesPerDay` allows, in bytes of the archive read; null: no quota is set. */
export function backfillBytesPerDay({ budget }: Pick<Definition, 'budget'>): number | null {
  const quota = budget?.quota as { backfillBytesPerDay?: unknown } | undefined
  return typeof quota?.backfillBytesPerDay === 'string' ? parseBytes(quota.backfillBytesPerDay) : null
}
