'use client'
import { useQuery } from '@tanstack/react-query'
import { createParser, parseAsStringLiteral, useQueryState } from 'nuqs'
import { useCallback, useState } from 'react'
import { useTRPC } from '@/components/data'
import { useWatch } from '@/components/live'
import type { CostReport, WatchMessage } from '@/server/api'

const parseMonth = createParser({
  parse: (text) => (/^\d{4}-(0[1-9]|1[0-2])$/.test(text) ? text : null),
  serialize: (month) => month,
})

const grains = ['hours', 'days'] as const
export type Grain = (typeof grains)[number]

/** Null: as the figures suggest. */
export function useGrain() {
  return useQueryState('by', parseAsStringLiteral(grains))
}

/** The month under way is live; an earlier one, named in the address, is read once. */
export function useCosts() {
  const trpc = useTRPC()
  const [month, setMonth] = useQueryState('month', parseMonth)
  const [live, setLive] = useState<CostReport | null>(null)
  const onMessage = useCallback((message: WatchMessage) => {
    if (message.topic === 'costs') setLive(message.data)
  }, [])
  const watch = useWatch(month === null ? liveInput : null, onMessage)
  const past = useQuery(
    trpc.costs.report.queryOptions({ month: month ?? '' }, { enabled: month !== null, staleTime: 60_000 }),
  )
  const report = month === null ? live : (past.data ?? null)
  return { month, setMonth, report, watch, past }
}

const liveInput = { costs: true }
