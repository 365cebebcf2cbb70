import type { Pool } from '../../clients'
import type { CompiledPipeline } from '../../pipeline'
import { divergenceDiff } from '../../reconcile'
import type { PreviewDiff } from '../model'

const limits = { largest: 50, windows: 200 }

/** What putting staged versions in force would change. */
export async function readDiff(
  pool: Pool,
  request: { compiled: CompiledPipeline; versionIds: readonly number[] },
): Promise<PreviewDiff> {
  const { windows, causes, ...diff } = await divergenceDiff(pool, { ...request, limits })
  return {
    ...diff,
    windows: windows.map(({ totals, ...window }) => ({ ...window, measures: totals })),
    causes: Object.fromEntries(Object.entries(causes).map(([measure, amounts]) => [measure, { ...amounts }])),
  }
}
