'use client'
import { useMutation } from '@tanstack/react-query'
import { useCallback, useEffect, useReducer } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { useNow } from '@/components/view'
import { planRequest } from './draft'
import type { Draft } from './draft'
import { nextPlanState, readChanges } from './plan-state'
import type { PlanState } from './plan-state'

interface UsePlan {
  state: PlanState
  now: number
  make: (draft: Draft) => void
  apply: (reason: string) => void
}

/** One plan's life against the server: made, shown while it is good, applied or refused. */
export function usePlan(onApplied: (jobId: string) => void): UsePlan {
  const trpc = useTRPC()
  const [state, send] = useReducer(nextPlanState, { at: 'planning' })
  const now = useNow(1_000)
  const { mutate: create } = useMutation(
    trpc.plans.create.mutationOptions({
      onSuccess: (plan) => send({ type: 'planned', plan }),
      onError: (error) => send({ type: 'planFailed', ...describeError(error) }),
    }),
  )
  const { mutate: applyPlan } = useMutation(
    trpc.plans.applyPlan.mutationOptions({
      onSuccess: ({ jobId }) => {
        send({ type: 'applySucceeded', jobId })
        onApplied(jobId)
      },
      onError: (error) => {
        const { message, code, details } = describeError(error)
        send({ type: 'applyRefused', message, code, changes: readChanges(details) })
      },
    }),
  )
  useEffect(() => send({ type: 'timePassed', now }), [now])
  const make = useCallback(
    (draft: Draft) => {
      send({ type: 'asked' })
      create(planRequest(draft))
    },
    [create],
  )
  const apply = (reason: string) => {
    if (state.at !== 'ready') return
    send({ type: 'applyStarted' })
    applyPlan({ id: state.plan.id, reason })
  }
  return { state, now, make, apply }
}
