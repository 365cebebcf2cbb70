'use client'
import { useQuery } from '@tanstack/react-query'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useTRPC } from '@/components/data'
import { useConsoleFeed } from '@/components/live'
import type { JobView } from '@/server/api'
import { isFiltered, matchesJob, mergeJobs } from './job-filter'
import type { JobFilter } from './job-filter'
import { jobKinds, jobStatuses } from '@/components/job'

/** The filters of the screen, in the URL. */
export function useJobFilter() {
  return useQueryStates({
    pipeline: parseAsString,
    kind: parseAsStringLiteral(jobKinds),
    status: parseAsStringLiteral([...jobStatuses, 'open'] as const),
  })
}

/** The jobs to show: live ones, and where a filter or a link asks for older ones, those read once beside. */
export function useJobs(filter: JobFilter, opened: string | null): JobView[] | null {
  const trpc = useTRPC()
  const { jobs } = useConsoleFeed()
  const filtered = isFiltered(filter)
  const older = useQuery(
    trpc.jobs.list.queryOptions(
      { pipeline: filter.pipeline, limit: 500 },
      { enabled: filtered, staleTime: 30_000 },
    ),
  )
  const isKnown = jobs?.some(({ id }) => id === opened) ?? true
  const linked = useQuery(
    trpc.jobs.get.queryOptions({ id: opened ?? '' }, { enabled: opened !== null && !isKnown, retry: false }),
  )
  if (!jobs) return null
  const read = [...(filtered ? (older.data ?? []) : []), ...(linked.data ? [linked.data] : [])]
  return mergeJobs(jobs, read).filter((job) => job.id === opened || matchesJob(job, filter))
}
