'use client'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTRPC } from '@/components/data'
import { useObjectives } from './use-objectives'

/** One objective whole; its figures are the live ones, and its graph is read again when they are evaluated anew. */
export function useObjective(id: string) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { objectives, watch } = useObjectives()
  const query = useQuery(trpc.objectives.get.queryOptions({ id }, { placeholderData: keepPreviousData }))
  const live = objectives?.find((objective) => objective.id === id)
  // A graph of minutes needs no more than one read a minute.
  const stamp = live ? `${live.version} ${Math.floor((live.state?.at ?? 0) / 60_000)}` : null
  const seen = useRef<string | null>(null)
  useEffect(() => {
    if (stamp === null || stamp === seen.current) return
    const isFirst = seen.current === null
    seen.current = stamp
    if (!isFirst) void queryClient.invalidateQueries(trpc.objectives.get.queryFilter({ id }))
  }, [stamp, id, queryClient, trpc])
  const detail = query.data && live?.state ? { ...query.data, view: live } : (query.data ?? null)
  return { detail, objectives, error: query.error, refetch: query.refetch, watch }
}
