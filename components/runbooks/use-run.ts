'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { useConsoleFeed } from '@/components/live'
import { showToast } from '@/components/ui'
import type { RunDetail } from '@/server/api'

export interface RunActs {
  check: (step: string) => void
  /** The step that is being looked into; null: none. */
  checking: string | null
  recordPlan: (step: string, planId: string) => void
  note: (step: string, outcome: 'done' | 'skipped', says: string) => void
  end: (outcome: 'not solved' | 'given up', says: string) => void
  isBusy: boolean
}

/** A run and what can be done with it; it is read again when jobs it started move on, or others go on with it. */
export function useRun(id: string | null, sign = '') {
  const trpc = useTRPC()
  const cache = useQueryClient()
  const { jobs } = useConsoleFeed()
  const options = trpc.runbooks.run.queryOptions({ id: id ?? '' }, { enabled: id !== null })
  const run = useQuery(options)
  const { refetch } = run
  const mine = run.data?.jobs.map(({ jobId }) => jobId) ?? []
  const moved = jobs
    ?.filter((job) => mine.includes(job.id))
    .map((job) => `${job.id} ${job.status}`)
    .join()
  useEffect(() => {
    if (id !== null) void refetch()
  }, [id, moved, sign, refetch])

  const done = {
    onSuccess: (next: RunDetail) => cache.setQueryData(options.queryKey, next),
    onError: (error: unknown) => showToast({ status: 'bad' as const, text: describeError(error).message }),
  }
  const check = useMutation(trpc.runbooks.check.mutationOptions(done))
  const plan = useMutation(trpc.runbooks.recordPlan.mutationOptions(done))
  const note = useMutation(trpc.runbooks.recordNote.mutationOptions(done))
  const end = useMutation(trpc.runbooks.end.mutationOptions(done))
  const runId = id ?? ''
  const acts: RunActs = {
    check: (step) => check.mutate({ runId, step }),
    checking: check.isPending ? check.variables.step : null,
    recordPlan: (step, planId) => plan.mutate({ runId, step, planId }),
    note: (step, outcome, says) => note.mutate({ runId, step, outcome, says }),
    end: (outcome, says) => end.mutate({ runId, outcome, says }),
    isBusy: check.isPending || plan.isPending || note.isPending || end.isPending,
  }
  return { run, acts }
}
