'use client'
import { useQuery } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { describeError, useTRPC } from '@/components/data'
import { formatNear, formatCount } from '@/components/format'
import {
  Button,
  Failed,
  Note,
  Panel,
  QuietGlyph,
  SkeletonRows,
  StripFigure,
  StripSkeleton,
} from '@/components/ui'
import { keepView, useNow, useZone } from '@/components/view'
import type { TraceDetail } from '@/server/api'
import { formatSpan } from './span-duration'
import { stageShares } from './stage-shares'
import { TraceBar } from './trace-bar'
import { keptWords, traceTitle } from './trace-words'
import { Waterfall } from './waterfall'

/** One trace: what it was of, where its time went, and every span of it. */
export function TraceView({ traceId }: { traceId: string }) {
  const trpc = useTRPC()
  const { data, error, refetch, isFetching } = useQuery(
    trpc.traces.get.queryOptions({ traceId }, { retry: false, staleTime: 10_000 }),
  )
  if (error) {
    const { code, message } = describeError(error)
    return (
      <Panel title="Spans">
        {code === 'not_found' ? (
          <Note kind="empty" title="There is no such trace">
            {message}
          </Note>
        ) : (
          <Failed title="The trace was not read" message={message} onRetry={() => void refetch()} />
        )}
      </Panel>
    )
  }
  if (!data)
    return (
      <>
        <StripSkeleton labels={['Trace of', 'Took', 'Longest', 'Begun']} />
        <Panel title="Spans">
          <SkeletonRows rows={6} widths={[160, 220, 48]} />
        </Panel>
      </>
    )
  return (
    <>
      <Strip trace={data} />
      {data.status === 'error' && data.says ? <Why says={data.says} /> : null}
      <Panel
        title="Where the time went"
        sub="share of the whole, by stage"
        className="mb-4"
        foot="A stage has the time in which none that it waits for was under way; “wait” is time in which nothing was done."
      >
        <div className="px-4 pb-3">
          <TraceBar stages={data.stages} hasLabel={false} />
          <StageList trace={data} />
        </div>
      </Panel>
      <Panel
        title="Spans"
        sub={`${formatCount(data.spans.length)}, in the order of their work`}
        actions={
          data.kept === null ? (
            <Button size="small" aria-busy={isFetching} onClick={() => void refetch()}>
              <RotateCw className="icon" aria-hidden="true" />
              Read again
            </Button>
          ) : undefined
        }
        foot={footOf(data)}
      >
        <Waterfall trace={data} />
      </Panel>
    </>
  )
}

function footOf({ kept, isCut }: TraceDetail): string {
  const stays =
    kept === null
      ? 'Open: more may come. Half a minute after its last span it is kept, or dropped when it neither failed nor was slow or asked for.'
      : `Kept for seven days, because ${keptWords(kept)}.`
  return isCut ? `${stays} Only its first spans are shown.` : stays
}

function Strip({ trace }: { trace: TraceDetail }) {
  const [zone] = useZone()
  const now = useNow(60_000)
  const params = useSearchParams()
  const longest = stageShares(trace.stages).find(({ isLongest }) => isLongest)
  return (
    <dl className="strip">
      <div className="strip-figure" data-wide="">
        <dt>Trace of</dt>
        <dd className="strip-value flex min-w-0 items-center gap-2">
          <QuietGlyph status={trace.status === 'error' ? 'bad' : trace.kept === 'slow' ? 'warn' : 'ok'} />
          <span className="truncate" title={traceTitle(trace)}>
            {traceTitle(trace)}
          </span>
        </dd>
        <dd className="strip-note">
          {trace.status === 'error' ? 'failed' : trace.kept === 'slow' ? 'slow' : 'nothing failed'}
          {trace.pipeline ? (
            <>
              , in{' '}
              <Link
                className="link"
                href={keepView(`/pipelines/${encodeURIComponent(trace.pipeline)}`, params)}
              >
                {trace.pipeline}
              </Link>
            </>
          ) : null}
        </dd>
      </div>
      <StripFigure label="Took" note="from its first span to its last">
        {formatSpan(trace.durationMs)}
      </StripFigure>
      <StripFigure label="Longest" note={longest ? `${Math.round(longest.share * 100)} % of the time` : ''}>
        {longest ? longest.stage : 'none'}
      </StripFigure>
      <StripFigure label="Begun" note={trace.kept === null ? 'still open' : `kept: ${keptWords(trace.kept)}`}>
        {formatNear(trace.at, zone, now, 'second')}
      </StripFigure>
    </dl>
  )
}

function Why({ says }: { says: string }) {
  return (
    <p className="mb-4 flex gap-2 text-text-1">
      <QuietGlyph status="bad" />
      <span>{says}</span>
    </p>
  )
}

function StageList({ trace }: { trace: TraceDetail }) {
  return (
    <ul className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-text-2">
      {trace.stages.map(({ stage, ms }) => (
        <li key={stage}>
          <span className="text-text-3">{stage}</span> {formatSpan(ms)}
        </li>
      ))}
    </ul>
  )
}
