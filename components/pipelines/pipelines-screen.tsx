'use client'
import { useRouter, useSearchParams } from 'next/navigation'
import { useCallback } from 'react'
import { formatDuration, plural } from '@/components/format'
import { isOld, liveness, useConsoleFeed } from '@/components/live'
import { PageHead } from '@/components/shell'
import { Button, Failed, Note, Panel, SkeletonRows } from '@/components/ui'
import { keepView, useFilter, useNow, useZone } from '@/components/view'
import { FilterField } from './filter-field'
import { matches } from './matches'
import { PipelineTable } from './pipeline-table'
import { useListKeys } from './use-list-keys'

export function PipelinesScreen() {
  const { pipelines, proposals, watch } = useConsoleFeed()
  const [filter, setFilter] = useFilter()
  const [zone] = useZone()
  const now = useNow(1_000)
  const router = useRouter()
  const params = useSearchParams()
  const shown = pipelines?.filter((pipeline) => matches(pipeline, filter)) ?? []
  const names = shown.map((pipeline) => pipeline.name).join('\n')
  const open = useCallback(
    (index: number) => {
      const name = names.split('\n')[index]
      if (name) router.push(keepView(`/pipelines/${encodeURIComponent(name)}`, params))
    },
    [names, params, router],
  )
  const { current } = useListKeys(shown.length, open)
  const state = liveness(watch.state, watch.lastAt, now)
  const stale = pipelines !== null && isOld(state)
  return (
    <>
      <PageHead
        title="Pipelines"
        forWhom="For operators: which pipelines are behind, up to where batch has confirmed them, and what waits. Worst first."
        actions={
          pipelines && pipelines.length > 0 ? <FilterField value={filter} onChange={setFilter} /> : null
        }
      />
      <Panel
        title="All pipelines"
        stale={stale}
        sub={
          pipelines
            ? `${filter ? `${shown.length} of ` : ''}${plural(pipelines.length, 'pipeline')}, worst first${
                stale && watch.lastAt ? `, ${formatDuration(now - watch.lastAt)} old` : ''
              }`
            : 'worst first'
        }
      >
        {body()}
      </Panel>
    </>
  )

  function body() {
    if (!pipelines)
      return watch.error ? (
        <Failed title="The pipelines did not load" message={`${watch.error} It is tried again by itself.`} />
      ) : (
        <SkeletonRows rows={3} widths={[220, 90, 70, 90, 60]} />
      )
    if (pipelines.length === 0)
      return (
        <Note kind="empty" title="No pipeline yet">
          A pipeline is one YAML document. Put it in a folder and apply it:{' '}
          <code className="mono">npx parallax pipelines apply &lt;folder&gt;</code>. It shows here as soon as
          it is stored.
        </Note>
      )
    if (shown.length === 0)
      return (
        <Note
          kind="filtered"
          title={`No pipeline matches “${filter}”`}
          action={
            <Button size="small" onClick={() => void setFilter('')}>
              Clear filter
            </Button>
          }
        >
          {plural(pipelines.length, 'pipeline is', 'pipelines are')} hidden by this filter.
        </Note>
      )
    return (
      <PipelineTable
        pipelines={shown}
        proposals={proposals ?? []}
        current={current}
        zone={zone}
        now={now}
        onOpen={open}
      />
    )
  }
}
