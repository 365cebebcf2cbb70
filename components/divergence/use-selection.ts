'use client'
import { useCallback, useMemo, useState } from 'react'
import type { CellBlock } from '@/components/heatmap'
import type { GridModel } from './grid-model'
import { blockToSelection, keysInAddress, selectionToBlock } from './selection'
import type { Selection } from './selection'
import { useSelectionInUrl } from './use-divergence-view'

export interface SelectedCells {
  selection: Selection | null
  block: CellBlock | null
  /** It is being drawn: nothing is asked of the server yet. */
  isDrawing: boolean
  select: (block: CellBlock | null, done: boolean) => void
}

/** The selection, in the address where it fits, and as a block of the map as it is now. */
export function useSelection(model: GridModel | null): SelectedCells {
  const [inUrl, setInUrl] = useSelectionInUrl()
  const [large, setLarge] = useState<Selection | null>(null)
  const [drawn, setDrawn] = useState<Selection | null>(null)
  const selection = drawn ?? large ?? inUrl
  const block = useMemo(
    () => (model && selection ? selectionToBlock(selection, model) : null),
    [model, selection],
  )
  const select = useCallback(
    (next: CellBlock | null, done: boolean) => {
      const chosen = next && model ? blockToSelection(next, model) : null
      if (!done) {
        setDrawn(chosen)
        return
      }
      const fits = (chosen?.keys.length ?? 0) <= keysInAddress
      setDrawn(null)
      setLarge(fits ? null : chosen)
      void setInUrl(fits ? chosen : null)
    },
    [model, setInUrl],
  )
  return { selection, block, isDrawing: drawn !== null, select }
}
