'use client'
import { ChevronRight } from 'lucide-react'
import { Fragment, useState } from 'react'
import { QuietGlyph } from '@/components/ui'
import type { TraceDetail, TraceSpan } from '@/server/api'
import { formatSpan } from './span-duration'
import { attributeRows, placeOf } from './trace-words'

/** Deeper spans hang no further in: the bar needs the room. */
const maxIndent = 8

/** The spans of a trace under each other, each where it lay in time; a row opens what it was about. */
export function Waterfall({ trace }: { trace: TraceDetail }) {
  const [opened, setOpened] = useState<string | null>(null)
  return (
    <table className="table spans">
      <thead>
        <tr>
          <th className="w-[34%]">Span</th>
          <th className="desk-only w-[88px]">Stage</th>
          <th>
            <span className="flex justify-between">
              <span>0</span>
              <span>{formatSpan(trace.durationMs)}</span>
            </span>
          </th>
          <th className="number w-[84px]">Took</th>
        </tr>
      </thead>
      <tbody>
        {trace.spans.map((span) => {
          const isOpen = span.spanId === opened
          return (
            <Fragment key={span.spanId}>
              <tr data-selected={isOpen}>
                <td className="clip">
                  <button
                    type="button"
                    className="flex min-h-6 max-w-full items-center gap-1.5 hover:underline"
                    style={{ paddingLeft: `${Math.min(span.depth, maxIndent) * 12}px` }}
                    aria-expanded={isOpen}
                    onClick={() => setOpened(isOpen ? null : span.spanId)}
                  >
                    {span.status === 'error' ? <QuietGlyph status="bad" /> : null}
                    <span className="truncate" title={span.name}>
                      {span.name}
                      {span.pipeline !== null && span.depth > 0 ? (
                        <span className="text-text-3"> {span.pipeline}</span>
                      ) : null}
                      {span.status === 'error' ? <span className="sr-only">, failed</span> : null}
                    </span>
                    <ChevronRight
                      className={`icon h-3! w-3! flex-none text-text-3 ${isOpen ? 'rotate-90' : ''}`}
                      aria-hidden="true"
                    />
                  </button>
                </td>
                <td className="desk-only text-text-3">{span.stage}</td>
                <td className="span-lane">
                  <SpanBar span={span} totalMs={trace.durationMs} />
                </td>
                <td className="number text-text-2">{formatSpan(span.durationMs)}</td>
              </tr>
              {isOpen ? (
                <tr>
                  <td colSpan={4} className="p-0! whitespace-normal!">
                    <SpanFacts span={span} />
                  </td>
                </tr>
              ) : null}
            </Fragment>
          )
        })}
      </tbody>
    </table>
  )
}

function SpanBar({ span, totalMs }: { span: TraceSpan; totalMs: number }) {
  const { left, width } = placeOf(span, totalMs)
  const says = `from ${formatSpan(span.startMs)}, ${formatSpan(span.durationMs)} long`
  return (
    <span className="span-track" role="img" aria-label={says} title={says}>
      <i
        style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
        {...(span.status === 'error' ? { 'data-failed': '' } : {})}
      />
    </span>
  )
}

function SpanFacts({ span }: { span: TraceSpan }) {
  return (
    <div className="bg-sunken px-4 py-3 sm:pl-10">
      <dl className="kv max-w-[560px]">
        {span.pipeline === null ? null : (
          <>
            <dt>pipeline</dt>
            <dd>{span.pipeline}</dd>
          </>
        )}
        {attributeRows(span).map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd className={name === 'error' ? 'text-bad' : 'break-all'}>{value}</dd>
          </Fragment>
        ))}
        <dt>begun after</dt>
        <dd>{formatSpan(span.startMs)}</dd>
        <dt>process</dt>
        <dd className="mono break-all text-text-3">{span.process}</dd>
        <dt>span</dt>
        <dd className="mono break-all text-text-3">{span.spanId}</dd>
      </dl>
    </div>
  )
}
