'use client'
import { createContext, useCallback, useContext } from 'react'
import type { PlanView } from '@/server/api'
import type { Draft } from './draft'

/** Told once the plan was applied: what it was, and the job that does it. */
export type OnApplied = (plan: PlanView, jobId: string) => void

/** What a dialog opens on: something asked for, or a plan that exists. */
export type PlanSource = { draft: Draft; onApplied?: OnApplied | undefined } | { planId: string }

interface Plans {
  open: (source: PlanSource) => void
  /** Plans and applies at once what one click takes back; anything else, or a refusal, opens its plan. */
  quick: (draft: Draft, undo: Draft) => void
}

export const PlanContext = createContext<Plans | null>(null)

export function usePlans(): Plans {
  const plans = useContext(PlanContext)
  if (!plans) throw new Error('usePlans needs a PlanProvider above it')
  return plans
}

/** Opens the plan of what is asked for; nothing is applied without being shown. */
export function useOpenPlan(): (draft: Draft, onApplied?: OnApplied) => void {
  const { open } = usePlans()
  return useCallback((draft: Draft, onApplied?: OnApplied) => open({ draft, onApplied }), [open])
}
