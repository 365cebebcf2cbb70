'use client'
import { usePathname } from 'next/navigation'
import { createParser, parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import type { Zone } from '@/components/format'
import { defaultRange, overviewRange, parseRange, writeRange } from './range'

const rangeParser = createParser({
  parse: parseRange,
  serialize: writeRange,
  eq: (a, b) => writeRange(a) === writeRange(b),
})

/** All that decides what is shown lives in the URL, so that a copied link shows the same. */
export function useRange() {
  const isOverview = usePathname() === '/'
  return useQueryState('range', rangeParser.withDefault(isOverview ? overviewRange : defaultRange))
}

const zones = ['utc', 'local'] as const satisfies Zone[]
export function useZone() {
  return useQueryState('zone', parseAsStringLiteral(zones).withDefault('utc'))
}

const modes = ['merged', 'both', 'difference'] as const
export function useSeriesMode() {
  return useQueryState('layers', parseAsStringLiteral(modes).withDefault('merged'))
}

const tabs = ['now', 'definition', 'history'] as const
export function usePipelineTab() {
  return useQueryState('tab', parseAsStringLiteral(tabs).withDefault('now'))
}

export function useMeasureName() {
  return useQueryState('measure', parseAsString)
}

export function useKey() {
  return useQueryState('key', parseAsString)
}

export function useFilter() {
  return useQueryState('find', parseAsString.withDefault(''))
}
