import type { Pool, PoolClient } from '../../clients'
import { backfillBytesPerDay, type Definition } from '../../pipeline'
import { AppError } from '../../platform'
import type { PlanEstimate } from '../model'
import { backfillBytesToday } from '../quota-store'

type Queryable = Pick<Pool | PoolClient, 'query'>

/** The day's quota as it stands; null: none is set. */
export async function quotaOf(
  db: Queryable,
  definition: Pick<Definition, 'name' | 'budget'>,
): Promise<PlanEstimate['quota']> {
  const perDay = backfillBytesPerDay(definition)
  if (perDay === null) return null
  const usedToday = await backfillBytesToday(db, definition.name)
  return { perDay, usedToday, left: Math.max(0, perDay - usedToday) }
}

/** Refuses bytes that the day's quota has no room for. */
export async function requireQuota(
  db: Queryable,
  definition: Pick<Definition, 'name' | 'budget'>,
  bytes: number,
): Promise<void> {
  const quota = await quotaOf(db, definition)
  if (quota === null || bytes <= quota.left) return
  throw new AppError(
    'conflict',
    `Starting the recompute was refused: it would read about ${bytesText(bytes)}, and of today's quota of ${bytesText(quota.perDay)} for ${definition.name} ${bytesText(quota.left)} is left. Choose a shorter range, apply a plan after 00:00 UTC, or raise budget.quota.backfillBytesPerDay.`,
    {
      details: {
        changed: [
          {
            what: `backfill quota of ${definition.name} today`,
            expected: `at least ${bytesText(bytes)} left`,
            found: `${bytesText(quota.left)} left of ${bytesText(quota.perDay)}`,
          },
        ],
        quota,
      },
    },
  )
}

export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1_000 ** power
  return `${power === 0 ? Math.round(value) : Number(value.toPrecision(3))} ${units[power] ?? 'B'}`
}
