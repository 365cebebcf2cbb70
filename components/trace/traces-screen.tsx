'use client'
import { useQuery } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { describeError, useTRPC } from '@/components/data'
import { formatCount } from '@/components/format'
import { PageHead } from '@/components/shell'
import { Button, Failed, Note, Panel, Segmented, SkeletonRows } from '@/components/ui'
import { TraceTable } from './trace-table'

const shows = ['newest', 'failed', 'slow', 'slowest'] as const
const limit = 100

/** For on-call and engineers: traces that were kept. */
export function TracesScreen() {
  const trpc = useTRPC()
  const [show, setShow] = useQueryState('show', parseAsStringLiteral(shows).withDefault('newest'))
  const [pipeline, setPipeline] = useQueryState('pipeline', parseAsString)
  const { data, error, refetch, isFetching } = useQuery(
    trpc.traces.recent.queryOptions({
      pipeline,
      status: show === 'failed' ? 'error' : null,
      kept: show === 'slow' ? 'slow' : null,
      slowest: show === 'slowest',
      limit,
    }),
  )
  return (
    <>
      <PageHead
        title="Traces"
        forWhom="For on-call and engineers: events, reads and runs that failed, were slow, or were asked for, stage by stage."
        actions={
          <Button aria-busy={isFetching} onClick={() => void refetch()}>
            <RotateCw className="icon" aria-hidden="true" />
            Read again
          </Button>
        }
      />
      <Panel
        title="Kept traces"
        sub={pipeline === null ? 'of all pipelines, for seven days' : `of ${pipeline}, for seven days`}
        actions={
          <Segmented
            label="Which traces"
            value={show}
            options={[
              { value: 'newest', label: 'Newest' },
              { value: 'failed', label: 'Failed' },
              { value: 'slow', label: 'Slow' },
              { value: 'slowest', label: 'Longest first' },
            ]}
            onChange={(next) => void setShow(next)}
          />
        }
        foot={
          data?.length === limit
            ? `The first ${formatCount(limit)} are shown.`
            : 'Bar: stages left to right, the longest in the strongest tone.'
        }
      >
        {body()}
      </Panel>
    </>
  )

  function body() {
    if (error)
      return (
        <Failed
          title="Traces were not read"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      )
    if (!data) return <SkeletonRows rows={8} widths={[90, 200, 60]} />
    if (data.length > 0) return <TraceTable traces={data} />
    return show === 'newest' && pipeline === null ? (
      <Note kind="empty" title="No trace was kept yet">
        Send an event with a traceparent, or wait for a run: each run is a trace.
      </Note>
    ) : (
      <Note
        kind="filtered"
        title="No trace like this was kept"
        action={
          <Button
            size="small"
            onClick={() => {
              void setShow(null)
              void setPipeline(null)
            }}
          >
            Show all
          </Button>
        }
      >
        Nothing of this kind happened in the last seven days.
      </Note>
    )
  }
}
