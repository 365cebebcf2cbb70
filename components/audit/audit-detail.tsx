'use client'
import { useQuery } from '@tanstack/react-query'
import { describeError, useTRPC } from '@/components/data'
import { formatInstant } from '@/components/format'
import type { Zone } from '@/components/format'
import { Failed, QuietGlyph, SkeletonRows } from '@/components/ui'
import { detailRows } from './detail-rows'
import type { DetailRow } from './detail-rows'

/** One entry whole: what it says, and whether its place in the chain holds. */
export function AuditDetail({ seq, zone }: { seq: number; zone: Zone }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.audit.get.queryOptions({ seq }))
  if (error)
    return (
      <Failed
        title={`Entry ${seq} did not load`}
        message={describeError(error).message}
        onRetry={() => void refetch()}
      />
    )
  if (!data) return <SkeletonRows rows={3} widths={[120, 200, 80]} />
  const rows = detailRows(data.detail)
  return (
    <div className="grid gap-x-10 gap-y-4 bg-sunken px-4 py-3 text-text-1 min-[961px]:grid-cols-[minmax(0,1fr)_minmax(0,1fr)] min-[961px]:pl-[80px]">
      <div className="min-w-0">
        {rows.length === 0 ? (
          <p className="text-text-3">Nothing more is written down.</p>
        ) : (
          <dl className="grid grid-cols-[minmax(90px,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5">
            {rows.map((row) => (
              <Row key={row.label} row={row} />
            ))}
          </dl>
        )}
      </div>
      <dl className="grid min-w-0 content-start gap-x-4 gap-y-1.5 grid-cols-[minmax(90px,auto)_minmax(0,1fr)]">
        <dt className="text-text-3">Written</dt>
        <dd>{formatInstant(data.at, zone, 'full')}</dd>
        <dt className="text-text-3">By</dt>
        <dd className="break-words">{data.actor}</dd>
        <dt className="text-text-3">Action</dt>
        <dd className="mono">{data.action}</dd>
        <dt className="text-text-3">Hash</dt>
        <dd className="mono break-all">{data.hash}</dd>
        <dt className="text-text-3">After</dt>
        <dd className="mono break-all text-text-2">{data.prevHash}</dd>
        <dt className="text-text-3">Chain</dt>
        <dd className="flex gap-2">
          <span className="flex-none">
            <QuietGlyph status={data.isWhole ? 'ok' : 'bad'} />
          </span>
          {data.isWhole
            ? 'The hash holds, and so does the link to the entry before'
            : 'The hash or the link to the entry before does not hold: this is not what was written'}
        </dd>
      </dl>
    </div>
  )
}

function Row({ row }: { row: DetailRow }) {
  return (
    <>
      <dt className="text-text-3 first-letter:uppercase">{row.label}</dt>
      <dd className="min-w-0 break-words">
        {row.kind === 'value' ? (
          row.value
        ) : row.from === row.to ? (
          <span className="text-text-2">{row.to}, unchanged</span>
        ) : (
          <>
            <span className="sr-only">was </span>
            <del className="text-text-3">{row.from}</del>
            <span aria-hidden="true" className="px-1.5 text-text-3">
              →
            </span>
            <span className="sr-only"> became </span>
            <ins className="font-medium no-underline">{row.to}</ins>
          </>
        )}
      </dd>
    </>
  )
}
