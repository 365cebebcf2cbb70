'use client'
import { createContext, useCallback, useContext } from 'react'
import type { Draft } from './draft'

/** What a dialog opens on: something asked for, or a plan that exists. */
export type PlanSource = { draft: Draft } | { planId: string }

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
export function useOpenPlan(): (draft: Draft) => void {
  const { open } = usePlans()
  return useCallback((draft: Draft) => open({ draft }), [open])
}
