'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { formatNear } from '@/components/format'
import { Glyph } from '@/components/ui'
import { keepView, useNow, useZone } from '@/components/view'
import type { TraceSummary } from '@/server/api'
import { formatSpan } from './span-duration'
import { TraceBar } from './trace-bar'
import { traceTitle } from './trace-words'

export function TraceTable({ traces }: { traces: readonly TraceSummary[] }) {
  const params = useSearchParams()
  const [zone] = useZone()
  const now = useNow(60_000)
  return (
    <table className="table table-cards">
      <thead>
        <tr>
          <th className="w-[120px]">Trace</th>
          <th>Of</th>
          <th className="w-[30%]">Where the time went</th>
          <th className="number w-[100px]">Took</th>
          <th className="number w-[130px]">Begun</th>
        </tr>
      </thead>
      <tbody>
        {traces.map((trace) => (
          <tr key={trace.traceId}>
            <td data-label="Trace">
              <Link className="link mono font-normal!" href={keepView(`/traces/${trace.traceId}`, params)}>
                {trace.traceId.slice(0, 12)}
              </Link>
            </td>
            <td className="clip two-lines card-title" title={trace.says ?? undefined}>
              <span className="flex min-w-0 items-center gap-1.5">
                <TraceGlyph trace={trace} />
                <span className="min-w-0 truncate">{traceTitle(trace)}</span>
              </span>
              <span className="second truncate">{secondLine(trace)}</span>
            </td>
            <td className="card-wide two-lines">
              <TraceBar stages={trace.stages} />
            </td>
            <td className="number" data-label="Took">
              {formatSpan(trace.durationMs)}
            </td>
            <td className="number text-text-3" data-label="Begun">
              {formatNear(trace.at, zone, now, 'second')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function TraceGlyph({ trace: { status, kept } }: { trace: TraceSummary }) {
  if (status === 'error') return <Glyph status="bad" label="Failed" />
  return kept === 'slow' ? <Glyph status="warn" label="Slow" /> : null
}

const secondLine = ({ status, says, pipeline }: TraceSummary): string =>
  status === 'error' && says ? says : (pipeline ?? 'no pipeline')
