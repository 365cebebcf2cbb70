'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useReducer, useRef } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { useConsoleFeed } from '@/components/live'
import { currentTime, useNow } from '@/components/view'
import type { JobView, PlanView } from '@/server/api'
import { isComplete } from './draft'
import type { Draft } from './draft'
import { planRequest } from './plan-request'
import { nextPlanState, planOf, readChanges, readProblems } from './plan-state'
import type { PlanState } from './plan-state'
import { isSmall } from './plan-weight'

export interface UsePlan {
  state: PlanState
  now: number
  /** The job that computes the preview, while it does. */
  previewJob: JobView | null
  make: (draft: Draft) => void
  open: (id: string) => void
  apply: (reason: string) => void
  approve: (reason: string) => void
  approving: boolean
  approvalError: string | null
}

interface Followers {
  onPlanned: (plan: PlanView) => void
  onApplied: (plan: PlanView, jobId: string) => void
}

/** One plan's life against the server: made, computed, shown while it is good, applied or refused. */
export function usePlan({ onPlanned, onApplied }: Followers): UsePlan {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [state, send] = useReducer(nextPlanState, { at: 'planning' })
  const now = useNow(1_000)
  const plan = planOf(state)

  // What was asked for before the dialog closed, or before its options changed, must not open or change it again.
  const turn = useRef(0)
  useEffect(
    () => () => {
      turn.current++
    },
    [],
  )

  const { mutateAsync: create } = useMutation(trpc.plans.create.mutationOptions())
  const make = useCallback(
    (draft: Draft) => {
      if (!isComplete(draft)) {
        turn.current++
        send({ type: 'edited' })
        return
      }
      send({ type: 'asked' })
      const mine = ++turn.current
      const ask = async () => {
        const first = await create(planRequest(draft, currentTime()))
        // What it would cost is known only from a plan; a cheap one is then computed for real at once.
        const isRecompute = draft.kind === 'backfill' || draft.kind === 'reconcile'
        const computes =
          isRecompute && !first.preview && draft.preview === undefined && first.items.length > 0
        if (mine !== turn.current) return first
        if (!computes || draft.runAt !== undefined || !isSmall(first)) return first
        return create(planRequest({ ...draft, preview: true }, currentTime())).catch(() => first)
      }
      ask().then(
        (made) => {
          if (mine !== turn.current) return
          send({ type: 'planned', plan: made })
          onPlanned(made)
        },
        (error: unknown) => {
          if (mine !== turn.current) return
          const { message, code, details } = describeError(error)
          send({ type: 'planFailed', message, code, problems: readProblems(details) })
        },
      )
    },
    [create, onPlanned],
  )

  const read = useCallback(
    (id: string) => queryClient.query({ ...trpc.plans.get.queryOptions({ id }), staleTime: 0 }),
    [queryClient, trpc],
  )
  const open = useCallback(
    (id: string) => {
      send({ type: 'asked' })
      read(id).then(
        (found) => send({ type: 'planned', plan: found }),
        (error: unknown) => send({ type: 'planFailed', ...described(error) }),
      )
    },
    [read],
  )

  const previewJob = usePlanNews(state, plan, read, (updated) => send({ type: 'updated', plan: updated }))

  const { mutate: applyPlan } = useMutation(
    trpc.plans.applyPlan.mutationOptions({
      onError: (error) => {
        const { message, code, details } = describeError(error)
        send({ type: 'applyRefused', message, code, changes: readChanges(details) })
      },
    }),
  )
  const apply = (reason: string) => {
    if (state.at !== 'ready') return
    const applied = state.plan
    send({ type: 'applyStarted' })
    applyPlan(
      { id: applied.id, reason },
      {
        onSuccess: ({ jobId }) => {
          send({ type: 'applySucceeded', jobId })
          onApplied(applied, jobId)
        },
      },
    )
  }
  const approval = useMutation(
    trpc.plans.approve.mutationOptions({
      onSuccess: (approved) => send({ type: 'updated', plan: approved }),
    }),
  )
  useEffect(() => send({ type: 'timePassed', now }), [now])
  return {
    state,
    now,
    previewJob,
    make,
    open,
    apply,
    approve: (reason) => plan && approval.mutate({ id: plan.id, reason }),
    approving: approval.isPending,
    approvalError: approval.error ? describeError(approval.error).message : null,
  }
}

function described(error: unknown) {
  const { message, code } = describeError(error)
  return { message, code, problems: [] }
}

/**
 * Reads a plan again when the live feed says that there may be news of it: its preview's job moved to another state,
 * or, while another person's approval is awaited, plans changed.
 */
function usePlanNews(
  state: PlanState,
  plan: PlanView | null,
  read: (id: string) => Promise<PlanView>,
  onNews: (plan: PlanView) => void,
): JobView | null {
  const { jobs, proposals } = useConsoleFeed()
  const preview = plan?.preview
  const computing = preview?.status === 'queued' || preview?.status === 'running'
  const job = computing ? (jobs?.find(({ id }) => id === preview.jobId) ?? null) : null
  const sign = `${job?.status ?? 'gone'} ${preview?.status ?? ''}`
  const awaits = plan !== null && plan.needsSecond && plan.approvals.length === 0
  const id = state.at === 'ready' && (computing || awaits) ? state.plan.id : null
  useEffect(() => {
    if (id === null) return
    let left = false
    read(id).then(
      (found) => {
        if (!left) onNews(found)
      },
      () => undefined,
    )
    return () => {
      left = true
    }
    // `onNews` only sends to a reducer, so any of its closures will do.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, sign, read, awaits ? proposals : null])
  return job
}
