'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTRPC } from '@/components/data'
import { useConsoleFeed } from '@/components/live'

/**
 * Reads divergence again when there may be another: a publication changes what answers, and the end of a run is
 * when a comparison without one (a proposal) is there. Both come over the live feed that every screen holds.
 */
export function useRefresh(): void {
  const { pipelines, jobs } = useConsoleFeed()
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const seen = useRef<string | null>(null)
  const published = pipelines?.map(({ name, status }) => [name, status.publication, status.boundary])
  const finished = jobs?.flatMap(({ id, finishedAt }) => (finishedAt === null ? [] : id))
  const stamp = published && finished ? JSON.stringify([published, finished]) : null
  useEffect(() => {
    if (stamp === null) return
    const isFirst = seen.current === null
    seen.current = stamp
    if (!isFirst) void queryClient.invalidateQueries(trpc.divergence.pathFilter())
  }, [stamp, queryClient, trpc])
}
