'use client'
import { createParser, parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { causes } from '@/components/ui'
import { parseSelection, writeSelection } from './selection'

/** All that decides what this screen shows lives in the URL. */
export const usePipelineName = () => useQueryState('pipeline', parseAsString)

const modes = ['windows', 'pipelines'] as const
export type DivergenceMode = (typeof modes)[number]
export const useMode = () => useQueryState('map', parseAsStringLiteral(modes).withDefault('windows'))

export const useCause = () => useQueryState('cause', parseAsStringLiteral(causes))

const sorts = ['worst', 'cells', 'amount', 'key'] as const
export type Sort = (typeof sorts)[number]
export const useSort = () => useQueryState('sort', parseAsStringLiteral(sorts).withDefault('worst'))

const sizes = ['legible', 'fit'] as const
export const useCellSize = () => useQueryState('cells', parseAsStringLiteral(sizes).withDefault('legible'))

const shapes = ['map', 'table'] as const
export const useShape = () => useQueryState('as', parseAsStringLiteral(shapes).withDefault('map'))

const selectionParser = createParser({
  parse: parseSelection,
  serialize: writeSelection,
  eq: (a, b) => writeSelection(a) === writeSelection(b),
})
export const useSelectionInUrl = () => useQueryState('sel', selectionParser)
