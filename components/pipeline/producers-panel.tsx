'use client'
import { useQuery } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useRefusal } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { formatCompact, formatDuration, plural } from '@/components/format'
import { useConsoleFeed } from '@/components/live'
import { useOpenPlan } from '@/components/plan-dialog'
import { Button, Failed, Note, Panel, QuietGlyph, SkeletonRows } from '@/components/ui'
import type { ProducerView } from '@/server/api'

/** Jobs after which it is another who sends and who is kept aside. */
const moving = new Set(['quarantine', 'release', 'redrive'])

/** Who sends the events of this pipeline; one that sends wrong ones is kept aside, and put back later. */
export function ProducersPanel({ name, now }: { name: string; now: number }) {
  const trpc = useTRPC()
  const { jobs } = useConsoleFeed()
  const { data, error, refetch, isFetching } = useQuery(trpc.pipelines.producers.queryOptions({ name }))
  const moved = jobs
    ?.filter(({ kind }) => moving.has(kind))
    .map(({ id, status }) => `${id} ${status}`)
    .join()
  const seen = useRef(moved)
  useEffect(() => {
    const before = seen.current
    seen.current = moved
    if (before !== undefined && moved !== before) void refetch()
  }, [moved, refetch])
  return (
    <Panel
      title="Producers"
      sub={data ? `by events of the last hour, ${formatDuration(Math.max(0, now - data.at))} ago` : undefined}
      actions={
        <Button
          variant="quiet"
          size="small"
          iconOnly
          aria-label="Read the producers again"
          aria-busy={isFetching}
          onClick={() => void refetch()}
        >
          <RotateCw className="icon" aria-hidden="true" />
        </Button>
      }
      foot="A quarantine keeps what comes through the gateway aside; what is published straight to NATS bypasses it."
    >
      {!data && error ? (
        <Failed
          title="The producers did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      ) : !data ? (
        <SkeletonRows rows={3} widths={[160, 60]} />
      ) : data.producers.length === 0 ? (
        <Note kind="empty" title="Nobody sent an event in the last hour">
          A producer shows here once its events are in the archive, seconds after they are sent.
        </Note>
      ) : (
        <ul>
          {data.producers.map((producer) => (
            <Producer key={producer.source} name={name} producer={producer} now={now} />
          ))}
        </ul>
      )}
      {data?.truncated ? <p className="px-4 pb-2 text-small text-text-3">and more that send less</p> : null}
    </Panel>
  )
}

function Producer({ name, producer, now }: { name: string; producer: ProducerView; now: number }) {
  const openPlan = useOpenPlan()
  const refusal = useRefusal('quarantine or release a producer')
  const { source, events, duplicates, rejected, lastAt, quarantine } = producer
  const isReleased = quarantine !== null && quarantine.releasedAt !== null
  return (
    <li className="version-row" aria-label={source}>
      <QuietGlyph status={quarantine ? 'warn' : 'ok'} />
      <span className="min-w-0 truncate font-medium" title={source}>
        {source}
      </span>
      <span className="row-span-2">
        {quarantine ? (
          <Button
            size="small"
            off={refusal ?? (isReleased ? 'It is released; what was kept aside is being put back.' : null)}
            onClick={() => openPlan({ kind: 'release', pipeline: name, source })}
          >
            Release…
          </Button>
        ) : (
          <Button
            size="small"
            off={refusal}
            onClick={() => openPlan({ kind: 'quarantine', pipeline: name, source })}
          >
            Quarantine…
          </Button>
        )}
      </span>
      <span />
      <span className="min-w-0 text-small text-text-3">
        {quarantine ? (
          <>
            {isReleased ? 'being put back' : 'in quarantine'}, {plural(quarantine.kept, 'event')} kept aside,
            for {formatDuration(Math.max(0, now - quarantine.since))}: {quarantine.reason}
          </>
        ) : (
          <>
            {formatCompact(events)} events
            {duplicates ? `, ${formatCompact(duplicates)} of them repeats` : ''}
            {rejected > 0 ? `, ${formatCompact(rejected)} rejected` : ''}
            {lastAt === null ? '' : `, newest ${formatDuration(Math.max(0, now - lastAt))} ago`}
          </>
        )}
      </span>
    </li>
  )
}
