import Link from 'next/link'
import { formatDuration, formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import { Glyph } from '@/components/ui'
import type { RunSummary } from '@/server/api'
import { runStatus } from './run-words'

interface RunListProps {
  runs: readonly RunSummary[]
  zone: Zone
  now: number
  onOpen: (id: string) => void
}

/** Runs, newest first: who, how long, solved or not. */
export function RunList({ runs, zone, now, onOpen }: RunListProps) {
  return (
    <table className="table table-cards">
      <thead>
        <tr>
          <th>Run</th>
          <th>By</th>
          <th>Incident</th>
          <th className="number">Took</th>
          <th className="number">Checks passed</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <td className="two-lines card-wide">
              <span className="flex items-start gap-2.5">
                <span className="pt-[3px]">
                  <Glyph status={runStatus(run)} label={run.outcome ?? 'under way'} />
                </span>
                <button
                  type="button"
                  className="min-h-6 text-left font-medium hover:underline"
                  onClick={() => onOpen(run.id)}
                >
                  {run.outcome ?? 'under way'}
                  <span className="second">
                    {formatNear(run.startedAt, zone, now, 'second')}, version {run.version}
                  </span>
                </button>
              </span>
            </td>
            <td data-label="By" className="text-text-2">
              {run.startedBy}
            </td>
            <td data-label="Incident">
              {run.incidentId === null ? (
                <span className="text-text-3">none</span>
              ) : (
                <Link className="link" href={`/incidents/${run.incidentId}`}>
                  {run.incidentId}
                </Link>
              )}
            </td>
            <td className="number text-text-2" data-label="Took">
              {formatDuration((run.finishedAt ?? now) - run.startedAt)}
            </td>
            <td className="number text-text-2" data-label="Checks passed">
              {run.score === null ? '–' : `${Math.round(run.score * 100)} %`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
