'use client'
import { parseAsString, useQueryState } from 'nuqs'
import { useCallback } from 'react'
import { formatDuration, plural } from '@/components/format'
import { isOld, liveness, useConsoleFeed } from '@/components/live'
import { useListKeys } from '@/components/pipelines'
import { PageHead } from '@/components/shell'
import { Button, Failed, Note, Panel, SkeletonRows } from '@/components/ui'
import { useNow, useZone } from '@/components/view'
import { isFiltered } from './job-filter'
import { JobFilters } from './job-filters'
import { JobTable } from './job-table'
import { isOpen } from '@/components/job'
import { ProposalsPanel } from './proposals-panel'
import { useJobFilter, useJobs } from './use-jobs'

export function JobsScreen() {
  const { watch, pipelines, proposals } = useConsoleFeed()
  const [zone] = useZone()
  const [opened, setOpened] = useQueryState('job', parseAsString)
  const [filter, setFilter] = useJobFilter()
  const jobs = useJobs(filter, opened)
  const now = useNow(1_000)
  const toggle = useCallback(
    (id: string) => void setOpened((before) => (before === id ? null : id)),
    [setOpened],
  )
  const ids = jobs?.map((job) => job.id).join() ?? ''
  const open = useCallback(
    (index: number) => {
      const id = ids.split(',')[index]
      if (id) toggle(id)
    },
    [ids, toggle],
  )
  const { current } = useListKeys(jobs?.length ?? 0, open)
  const state = liveness(watch.state, watch.lastAt, now)
  const stale = jobs !== null && isOld(state)
  const running = jobs?.filter(isOpen).length ?? 0
  const filtered = isFiltered(filter)
  return (
    <>
      <PageHead
        title="Jobs"
        forWhom="For operators: what runs, what it made, what failed. Running first, then newest; a job goes on when this page is closed."
        actions={
          <JobFilters
            filter={filter}
            pipelines={pipelines?.map(({ name }) => name).sort() ?? []}
            onChange={setFilter}
          />
        }
      />
      <ProposalsPanel proposals={proposals ?? []} zone={zone} now={now} />
      <Panel
        title="Recent jobs"
        stale={stale}
        sub={
          jobs
            ? `${running > 0 ? `${running} open, ` : ''}${filtered ? '' : 'last '}${plural(jobs.length, 'job')}${
                stale && watch.lastAt ? `, ${formatDuration(now - watch.lastAt)} old` : ''
              }`
            : undefined
        }
      >
        {body()}
      </Panel>
    </>
  )

  function body() {
    if (jobs === null)
      return watch.error ? (
        <Failed title="The jobs did not load" message={`${watch.error} It is tried again by itself.`} />
      ) : (
        <SkeletonRows rows={6} widths={[180, 140, 80]} />
      )
    if (jobs.length === 0 && filtered)
      return (
        <Note
          kind="filtered"
          title="No job is like this"
          action={
            <Button size="small" onClick={() => void setFilter({ pipeline: null, kind: null, status: null })}>
              Clear filters
            </Button>
          }
        >
          The filters hide all of the last jobs.
        </Note>
      )
    if (jobs.length === 0)
      return (
        <Note kind="empty" title="No job yet">
          Each pipeline’s schedule starts one, and every applied plan does. The first scheduled run is at most
          minutes away.
        </Note>
      )
    return <JobTable jobs={jobs} current={current} opened={opened} zone={zone} now={now} onToggle={toggle} />
  }
}
