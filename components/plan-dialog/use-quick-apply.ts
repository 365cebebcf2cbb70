'use client'
import { useMutation } from '@tanstack/react-query'
import { useCallback } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { showToast } from '@/components/ui'
import { currentTime } from '@/components/view'
import type { Draft } from './draft'
import { doneWords } from './draft-words'
import { planRequest } from './plan-request'
import { readyReason, weightOf } from './plan-weight'

/**
 * One click for what one click takes back: the plan is made, and applied when it is light. What turns out to weigh
 * more, or is refused, opens its plan instead.
 */
export function useQuickApply(open: (draft: Draft) => void): (draft: Draft, undo: Draft) => void {
  const trpc = useTRPC()
  const { mutateAsync: create } = useMutation(trpc.plans.create.mutationOptions())
  const { mutateAsync: apply } = useMutation(trpc.plans.applyPlan.mutationOptions())
  return useCallback(
    (draft: Draft, undo: Draft) => {
      const run = async (wanted: Draft, back: Draft | null): Promise<void> => {
        const plan = await create(planRequest(wanted, currentTime()))
        if (plan.needsSecond || weightOf(wanted, plan) !== 'light') {
          open(wanted)
          return
        }
        await apply({ id: plan.id, reason: readyReason(wanted) })
        showToast({
          status: 'ok',
          text: doneWords(wanted),
          durationMs: 12_000,
          ...(back && { action: { label: 'Undo', onClick: () => start(back, null) } }),
        })
      }
      const start = (wanted: Draft, back: Draft | null) => {
        run(wanted, back).catch((error: unknown) =>
          showToast({
            status: 'warn',
            text: `Not done. ${describeError(error).message}`,
            durationMs: 20_000,
            action: { label: 'Open plan', onClick: () => open(wanted) },
          }),
        )
      }
      start(draft, undo)
    },
    [apply, create, open],
  )
}
