'use client'
import { createContext, useCallback, useContext, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import type {
  AlertBoard,
  JobView,
  LiveHealth,
  PipelineListItem,
  ProposalView,
  WatchMessage,
} from '@/server/api'
import { useWatch } from './use-watch'
import type { Watch } from './use-watch'

/** What every screen shows of the whole: null until the first message came. */
interface ConsoleFeed {
  health: LiveHealth | null
  jobs: JobView[] | null
  /** What waits for a person. */
  proposals: ProposalView[] | null
  pipelines: PipelineListItem[] | null
  alerts: AlertBoard | null
  watch: Watch
}

const Context = createContext<ConsoleFeed | null>(null)
const input = { health: true, pipelines: true, alerts: true, jobs: { limit: 100 } }

export function ConsoleFeedProvider({ children }: { children: ReactNode }) {
  const [health, setHealth] = useState<LiveHealth | null>(null)
  const [jobs, setJobs] = useState<JobView[] | null>(null)
  const [proposals, setProposals] = useState<ProposalView[] | null>(null)
  const [pipelines, setPipelines] = useState<PipelineListItem[] | null>(null)
  const [alerts, setAlerts] = useState<AlertBoard | null>(null)
  const onMessage = useCallback((message: WatchMessage) => {
    if (message.topic === 'health') setHealth(message.data)
    if (message.topic === 'jobs') {
      setJobs(message.data.jobs)
      setProposals(message.data.proposals)
    }
    if (message.topic === 'alerts') setAlerts(message.data)
    if (message.topic === 'pipelines') setPipelines(message.data.pipelines)
  }, [])
  const { state, lastAt, error } = useWatch(input, onMessage)
  const value = useMemo(
    () => ({ health, jobs, proposals, pipelines, alerts, watch: { state, lastAt, error } }),
    [health, jobs, proposals, pipelines, alerts, state, lastAt, error],
  )
  return <Context value={value}>{children}</Context>
}

export function useConsoleFeed(): ConsoleFeed {
  const feed = useContext(Context)
  if (!feed) throw new Error('useConsoleFeed needs a ConsoleFeedProvider above it')
  return feed
}
