'use client'
import { useRouter } from 'next/navigation'
import { useEffect, useRef } from 'react'
import type { Zone } from '@/components/format'
import { useConsoleFeed } from '@/components/live'
import { showToast } from '@/components/ui'
import { draftTitle } from './draft'
import type { Draft } from './draft'
import { jobLine } from './job-line'

export interface Started {
  jobId: string
  draft: Draft
}

/** The jobs this person started here, each with one toast that follows it to its end. */
export function JobToasts({ started, zone }: { started: Started[]; zone: Zone }) {
  const { jobs } = useConsoleFeed()
  const router = useRouter()
  const shown = useRef(new Map<string, string>())
  useEffect(() => {
    for (const { jobId, draft } of started) {
      const job = jobs?.find((j) => j.id === jobId)
      const title = draftTitle(draft, zone, Date.now())
      const line = jobLine(title, job ?? null, Date.now())
      const key = `${line.status} ${line.text}`
      if (shown.current.get(jobId) === key) continue
      shown.current.set(jobId, key)
      showToast({
        id: jobId,
        status: line.status,
        text: line.text,
        durationMs: line.status === 'ok' ? 8_000 : 20_000,
        action: { label: 'Open', onClick: () => router.push(`/jobs?job=${jobId}`) },
      })
    }
  }, [started, jobs, zone, router])
  return null
}
