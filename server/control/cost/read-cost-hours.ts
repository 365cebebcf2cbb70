import type { Pool } from '../../clients'
import { AppError } from '../../platform'
import { byHour } from './cost-sums'
import { costHours } from './cost-store'
import type { CostHours } from './model'
import { hourMs } from './price-hour'

const hoursLimit = 31 * 24

/** Hours that were priced, oldest first; an hour nobody measured is absent. */
export async function readCostHours(
  { pool }: { pool: Pool },
  query: { from: number; to: number; pipeline?: string | undefined },
): Promise<CostHours> {
  const from = Math.floor(query.from / hourMs) * hourMs
  if (from >= query.to)
    throw new AppError('bad_request', 'Reading costs failed: `from` is not before `to`. Exchange them.')
  if (query.to - from > hoursLimit * hourMs)
    throw new AppError(
      'bad_request',
      `Reading costs failed: the range is longer than ${hoursLimit} hours. Choose a shorter one.`,
    )
  const rows = await costHours(pool, { from, to: query.to }, query.pipeline ?? null)
  return { hours: byHour(rows) }
}
