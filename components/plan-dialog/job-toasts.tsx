'use client'
import { useRouter } from 'next/navigation'
import { useEffect, useRef } from 'react'
import type { Zone } from '@/components/format'
import { useConsoleFeed } from '@/components/live'
import { showToast } from '@/components/ui'
import type { PlanView } from '@/server/api'
import type { Draft } from './draft'
import { draftTitle } from './draft-words'
import { jobLine } from './job-line'
import { useOpenPlan } from './plan-context'
import { undoOf } from './undo'

export interface Started {
  jobId: string
  draft: Draft
  plan: PlanView
}

/** The jobs this person started here, each with one toast that follows it to its end and offers the way back. */
export function JobToasts({ started, zone }: { started: Started[]; zone: Zone }) {
  const { jobs } = useConsoleFeed()
  const router = useRouter()
  const openPlan = useOpenPlan()
  const shown = useRef(new Map<string, string>())
  useEffect(() => {
    for (const { jobId, draft, plan } of started) {
      const job = jobs?.find((j) => j.id === jobId) ?? null
      const line = jobLine(draftTitle(draft, zone, Date.now()), job, Date.now())
      const key = `${line.status} ${line.text}`
      if (shown.current.get(jobId) === key) continue
      shown.current.set(jobId, key)
      const isDone = job?.status === 'succeeded' || job?.status === 'partial'
      const undo = isDone ? undoOf(draft, plan, job) : null
      showToast({
        id: jobId,
        status: line.status,
        text: line.text,
        durationMs: undo || line.status !== 'ok' ? 20_000 : 8_000,
        action: { label: 'Open', onClick: () => router.push(`/jobs?job=${jobId}`) },
        ...(undo && { undo: { label: 'Undo…', onClick: () => openPlan(undo) } }),
      })
    }
  }, [started, jobs, zone, router, openPlan])
  return null
}
