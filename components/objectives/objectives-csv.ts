import { csvRows } from '@/components/format'
import type { ObjectiveView } from '@/server/api'

export const objectivesCsv = (objectives: readonly ObjectiveView[]): string =>
  csvRows([
    [
      'id',
      'pipeline',
      'owner',
      'status',
      'target',
      'attained',
      'attained_then',
      'budget_left',
      'burn_1h',
      'exhausted_in_s',
      'good',
      'total',
      'since',
    ],
    ...objectives.map(({ id, pipeline, owner, target, state }) => [
      id,
      pipeline,
      owner,
      state?.status,
      target,
      state?.now.attained,
      state?.then.attained,
      state?.now.budgetLeft,
      state?.burn1h,
      state?.exhaustedInS,
      state?.now.good,
      state?.now.total,
      state?.since == null ? null : new Date(state.since).toISOString(),
    ]),
  ])
