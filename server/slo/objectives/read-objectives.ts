import type { Pool, PoolClient } from '../../clients'
import type { ObjectiveView } from '../model'
import { selectObjectives, selectStates, type StoredObjective } from './objective-store'

/** Worst budget first; then those with too little traffic to say, then those without data; by id. */
export async function readObjectives(
  { pool }: { pool: Pool | PoolClient },
  filter: { pipeline?: string | null | undefined } = {},
): Promise<ObjectiveView[]> {
  const stored = (await selectObjectives(pool)).filter(
    ({ pipeline }) => filter.pipeline == null || pipeline === filter.pipeline,
  )
  const states = await selectStates(
    pool,
    stored.map(({ id }) => id),
  )
  return stored.map((one) => viewOf(one, states.get(one.id) ?? null)).sort(worstFirst)
}

export function viewOf(
  { spec: { openslo: _kept, ...spec }, pipeline, source, version }: StoredObjective,
  state: ObjectiveView['state'],
): ObjectiveView {
  return { ...spec, pipeline, source, version, state }
}

function worstFirst(a: ObjectiveView, b: ObjectiveView): number {
  const said = ({ state }: ObjectiveView) => (state?.status === 'low_traffic' ? 1 : 0)
  const left = ({ state }: ObjectiveView) => state?.now.budgetLeft ?? Infinity
  if (said(a) !== said(b) && left(a) < Infinity && left(b) < Infinity) return said(a) - said(b)
  return left(a) === left(b) ? (a.id < b.id ? -1 : 1) : left(a) - left(b)
}
