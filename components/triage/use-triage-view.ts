'use client'
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { useCallback, useState } from 'react'
import { useWatch } from '@/components/live'
import type { Watch } from '@/components/live'
import type { TriageView, WatchMessage } from '@/server/api'

const groupings = ['cause', 'pipeline'] as const
export const useGrouping = () => useQueryState('by', parseAsStringLiteral(groupings).withDefault('cause'))

/** Whose cell is explained: the drawer needs its pipeline beside the cell. */
export const useExplainedPipeline = () => useQueryState('of', parseAsString)

const input = { triage: true }

export function useTriage(): { view: TriageView | null; watch: Watch } {
  const [view, setView] = useState<TriageView | null>(null)
  const onMessage = useCallback((message: WatchMessage) => {
    if (message.topic === 'triage') setView(message.data)
  }, [])
  return { view, watch: useWatch(input, onMessage) }
}
