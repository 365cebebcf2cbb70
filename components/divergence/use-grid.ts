'use client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTRPC } from '@/components/data'
import { timed } from '@/components/heatmap'
import type { ApiRange } from '@/components/view'
import { columnsSince, keysModel, pipelinesModel } from './grid-model'
import type { MeasureWanted } from './measure-wanted'
import type { Sort } from './use-divergence-view'

/** A relative range ends with the window that is open now. */
function endOf(range: ApiRange, now: number, stepMs: number): number | null {
  return 'lastMs' in range ? Math.floor(now / stepMs) * stepMs + stepMs : null
}

/** Windows × keys. As time goes on the map moves by whole columns, without asking again. */
export function useKeysGrid(wanted: MeasureWanted | null, sort: Sort, now: number) {
  const trpc = useTRPC()
  const query = useQuery(
    trpc.divergence.grid.queryOptions(
      { ...(wanted ?? { name: '-', measure: '-', range: { lastMs: 1_000 } }), sort },
      { enabled: wanted !== null, placeholderData: keepPreviousData },
    ),
  )
  const grid = query.data ?? null
  const by = grid && wanted ? columnsSince(grid, endOf(wanted.range, now, grid.stepMs)) : 0
  const model = useMemo(() => (grid ? timed('heatmap.prepare', () => keysModel(grid, by)) : null), [grid, by])
  return { ...query, grid, model }
}

export function usePipelinesGrid(
  range: ApiRange,
  cause: MeasureWanted['cause'],
  now: number,
  enabled: boolean,
) {
  const trpc = useTRPC()
  const query = useQuery(
    trpc.divergence.pipelines.queryOptions({ range, cause }, { enabled, placeholderData: keepPreviousData }),
  )
  const grid = query.data ?? null
  const by = grid ? columnsSince(grid, endOf(range, now, grid.stepMs)) : 0
  const model = useMemo(() => (grid ? pipelinesModel(grid, by) : null), [grid, by])
  return { ...query, grid, model }
}
