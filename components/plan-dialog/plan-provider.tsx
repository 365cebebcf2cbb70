'use client'
import dynamic from 'next/dynamic'
import { parseAsString, useQueryState } from 'nuqs'
import { useCallback, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { useZone } from '@/components/view'
import type { PlanView } from '@/server/api'
import { JobToasts } from './job-toasts'
import type { Started } from './job-toasts'
import { PlanContext } from './plan-context'
import type { PlanSource } from './plan-context'
import { useQuickApply } from './use-quick-apply'

const PlanDialog = dynamic(async () => (await import('./plan-dialog')).PlanDialog, { ssr: false })

/** Any screen, row or palette entry opens a plan; `?plan=` in the address opens one that exists. */
export function PlanProvider({ children }: { children: ReactNode }) {
  const [source, setSource] = useState<PlanSource | null>(null)
  const [linked, setLinked] = useQueryState('plan', parseAsString)
  const [started, setStarted] = useState<Started[]>([])
  const [zone] = useZone()
  const close = useCallback(() => {
    setSource(null)
    void setLinked(null)
  }, [setLinked])
  const onPlanned = useCallback((plan: PlanView) => void setLinked(plan.id), [setLinked])
  const onApplied = useCallback(
    (applied: Started) => {
      if (source && 'draft' in source) source.onApplied?.(applied.plan, applied.jobId)
      close()
      setStarted((before) => [...before, applied])
    },
    [close, source],
  )
  const quickApply = useQuickApply((draft) => setSource({ draft }))
  const plans = useMemo(() => ({ open: setSource, quick: quickApply }), [quickApply])
  const shown = source ?? (linked === null ? null : { planId: linked })
  return (
    <PlanContext value={plans}>
      {children}
      {shown ? (
        <PlanDialog
          key={source ? JSON.stringify(source) : 'linked'}
          source={shown}
          zone={zone}
          onClose={close}
          onPlanned={onPlanned}
          onApplied={onApplied}
        />
      ) : null}
      <JobToasts started={started} zone={zone} />
    </PlanContext>
  )
}
