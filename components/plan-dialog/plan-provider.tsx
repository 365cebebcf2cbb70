'use client'
import dynamic from 'next/dynamic'
import { createContext, useCallback, useContext, useState } from 'react'
import type { ReactNode } from 'react'
import { useZone } from '@/components/view'
import type { Draft } from './draft'
import { JobToasts } from './job-toasts'
import type { Started } from './job-toasts'

const PlanDialog = dynamic(async () => (await import('./plan-dialog')).PlanDialog, { ssr: false })
const Context = createContext<((draft: Draft) => void) | null>(null)

/** Any screen, row or palette entry opens a plan; none applies one without showing it. */
export function PlanProvider({ children }: { children: ReactNode }) {
  const [draft, setDraft] = useState<Draft | null>(null)
  const [started, setStarted] = useState<Started[]>([])
  const [zone] = useZone()
  const onApplied = useCallback((jobId: string, applied: Draft) => {
    setDraft(null)
    setStarted((before) => [...before, { jobId, draft: applied }])
  }, [])
  return (
    <Context value={setDraft}>
      {children}
      {draft ? (
        <PlanDialog
          key={JSON.stringify(draft)}
          draft={draft}
          zone={zone}
          onClose={() => setDraft(null)}
          onApplied={onApplied}
        />
      ) : null}
      <JobToasts started={started} zone={zone} />
    </Context>
  )
}

export function useOpenPlan(): (draft: Draft) => void {
  const open = useContext(Context)
  if (!open) throw new Error('useOpenPlan needs a PlanProvider above it')
  return open
}
