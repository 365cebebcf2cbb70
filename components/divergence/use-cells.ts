'use client'
import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '@/components/data'
import { showToast } from '@/components/ui'
import type { Cause } from '@/components/ui'
import { plural } from '@/components/format'
import type { DivergingCell } from '@/server/api'
import { cellsCsv } from './cells-csv'

export interface CellsWanted {
  name: string
  measure: string
  cause: Cause | null
  range: { lastMs: number } | { from: number; to: number }
  /** Null: all. */
  keys: string[] | null
}

const pageSize = 200
const exportPage = 1_000
/** Rows of one file; the API pages through more. */
const exportLimit = 20_000

/** Differing cells, page by page, and all of them as a file. */
export function useCells(wanted: CellsWanted) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const query = useInfiniteQuery(
    trpc.divergence.cells.infiniteQueryOptions(
      { ...wanted, limit: pageSize },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: keepPreviousData },
    ),
  )
  const save = async () => {
    const cells: DivergingCell[] = []
    let cursor: string | null = null
    do {
      const page: { cells: DivergingCell[]; nextCursor: string | null } = await queryClient.query(
        trpc.divergence.cells.queryOptions({ ...wanted, limit: exportPage, cursor }, { staleTime: 0 }),
      )
      cells.push(...page.cells)
      cursor = page.nextCursor
    } while (cursor !== null && cells.length < exportLimit)
    saveFile(cellsCsv(cells), `${wanted.name}-divergence.csv`)
    if (cursor !== null)
      showToast({
        status: 'warn',
        text: `The file holds the first ${plural(cells.length, 'cell')}. Narrow the selection, or page through the API.`,
      })
  }
  return { ...query, cells: query.data?.pages.flatMap((page) => page.cells) ?? null, save }
}

function saveFile(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
