'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { csvRows, formatDuration, formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import { TraceBar } from '@/components/trace'
import { Failed, Glyph, Note, Panel, PanelMenu, SkeletonRows } from '@/components/ui'
import { keepView } from '@/components/view'
import type { TraceSummary, TriageView } from '@/server/api'

interface TracesPanelProps {
  view: TriageView | null
  stale: boolean
  zone: Zone
  now: number
}

/** What failed or took long lately, and where its time went. */
export function TracesPanel({ view, stale, zone, now }: TracesPanelProps) {
  const params = useSearchParams()
  const traces = view?.traces ?? []
  return (
    <Panel
      title="Slow and failed traces"
      sub="last 60 min, newest first; bar = share of end-to-end time"
      stale={stale}
      actions={traces.length > 0 ? <PanelMenu name="traces" csv={() => tracesCsv(traces)} /> : null}
      foot={
        traces.length > 0
          ? 'Stages left to right, in the order of the trace. The strongest tone is the longest.'
          : null
      }
    >
      {body()}
    </Panel>
  )

  function body() {
    if (!view) return <SkeletonRows rows={6} widths={[90, 160, 100]} />
    const missing = view.missing.find(({ part }) => part === 'traces')
    if (missing) return <Failed title="The traces did not load" message={missing.says} />
    if (traces.length === 0)
      return (
        <Note kind="done" title="No trace failed or was slow">
          Of the last hour. An event that fails, or takes longer than its objective allows, is kept with every
          step it took.
        </Note>
      )
    return (
      <table className="table traces-table">
        <thead>
          <tr>
            <th>Trace</th>
            <th className="w-[28%]">Pipeline</th>
            <th className="w-[26%]">Where the time went</th>
            <th className="number">End to end</th>
            <th className="number desk-only">At</th>
          </tr>
        </thead>
        <tbody>
          {traces.map((trace) => (
            <tr key={trace.traceId}>
              <td className="two-lines">
                <Link className="link mono" href={keepView(`/traces/${trace.traceId}`, params)}>
                  {trace.traceId.slice(0, 12)}
                </Link>
              </td>
              <td className="two-lines clip">
                <span className="flex gap-2">
                  <span className="flex-none pt-px">
                    <Glyph
                      status={trace.status === 'error' ? 'bad' : 'warn'}
                      label={trace.status === 'error' ? 'Failed' : 'Slow'}
                    />
                  </span>
                  <span className="min-w-0">
                    <span className="block truncate">{trace.pipeline ?? trace.name}</span>
                    <span className="second truncate" title={trace.says ?? undefined}>
                      {trace.says ?? trace.name}
                    </span>
                  </span>
                </span>
              </td>
              <td className="two-lines">
                <TraceBar stages={trace.stages} />
              </td>
              <td className="number">{formatDuration(trace.durationMs)}</td>
              <td className="number desk-only text-text-2">{formatNear(trace.at, zone, now, 'second')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    )
  }
}

const tracesCsv = (traces: TraceSummary[]): string =>
  csvRows([
    ['traceId', 'name', 'pipeline', 'at', 'durationMs', 'status', 'says'],
    ...traces.map((trace) => [
      trace.traceId,
      trace.name,
      trace.pipeline,
      new Date(trace.at).toISOString(),
      trace.durationMs,
      trace.status,
      trace.says,
    ]),
  ])
