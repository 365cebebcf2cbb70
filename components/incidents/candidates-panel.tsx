import Link from 'next/link'
import { formatDuration, formatNear, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { Note, Panel } from '@/components/ui'
import type { Candidate } from '@/server/api'

const fits = { strong: 'fits well', possible: 'possible', weak: 'unlikely' }

interface CandidatesPanelProps {
  candidates: readonly Candidate[]
  firstSignAt: number
  zone: Zone
  now: number
}

/** What may have caused it, from what is recorded: judged by a person, ordered by the machine. */
export function CandidatesPanel({ candidates, firstSignAt, zone, now }: CandidatesPanelProps) {
  return (
    <Panel title="Candidates for the cause" sub="most likely first">
      {candidates.length === 0 ? (
        <Note kind="empty" title="No change is recorded in the six hours before">
          No definition, schema, publication, worker, pause, quarantine or dead letter stands out. The cause
          is outside, or older.
        </Note>
      ) : (
        <ol>
          {candidates.slice(0, 6).map(({ title, says, at, fit, href }, i) => (
            <li key={`${title} ${at}`} className="candidate">
              <span className="candidate-rank">{i + 1}</span>
              <span className="min-w-0">
                {href === null ? (
                  <span className="font-medium">{title}</span>
                ) : (
                  <Link className="font-medium hover:underline" href={href}>
                    {title}
                  </Link>
                )}
                <span className="block text-text-2 [overflow-wrap:anywhere]">
                  {withInstants(says, zone, now)}
                </span>
                <span className="block text-small text-text-3">
                  {formatNear(at, zone, now, 'second')}, {before(firstSignAt - at)}
                </span>
              </span>
              <span className="text-small text-text-2">{fits[fit]}</span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}

const before = (ms: number) =>
  ms < 1_000 ? 'with the first sign' : `${formatDuration(ms)} before the first sign`
