'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { plural } from '@/components/format'
import { useConsoleFeed } from '@/components/live'
import { keepView } from '@/components/view'

/** How many jobs run and how far they are, in one ring. */
export function JobsTray() {
  const { jobs } = useConsoleFeed()
  const params = useSearchParams()
  const running = jobs?.filter((job) => job.status === 'running') ?? []
  if (running.length === 0) return null
  const progress = running.reduce((sum, job) => sum + job.progress, 0) / running.length
  return (
    <Link className="ctl" href={keepView('/jobs', params)} title={`${plural(running.length, 'job')} running`}>
      <Ring progress={progress} />
      <span>{plural(running.length, 'job')}</span>
    </Link>
  )
}

export function Ring({ progress }: { progress: number }) {
  const whole = 2 * Math.PI * 6
  return (
    <svg className="h-[15px] w-[15px] flex-none -rotate-90" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="6" fill="none" stroke="var(--line)" strokeWidth="2.5" />
      <circle
        cx="8"
        cy="8"
        r="6"
        fill="none"
        stroke="var(--accent)"
        strokeWidth="2.5"
        strokeDasharray={`${Math.max(0.04, progress) * whole} ${whole}`}
      />
    </svg>
  )
}
