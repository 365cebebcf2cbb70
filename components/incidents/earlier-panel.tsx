import Link from 'next/link'
import { formatDuration, formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import { Glyph, Panel } from '@/components/ui'
import type { EarlierIncident } from '@/server/api'

interface EarlierPanelProps {
  earlier: readonly EarlierIncident[]
  zone: Zone
  now: number
}

/** Did this happen before, and how did it end. */
export function EarlierPanel({ earlier, zone, now }: EarlierPanelProps) {
  if (earlier.length === 0) return null
  return (
    <Panel title="Happened before" sub="the same cause, newest first">
      <ul>
        {earlier.map(({ id, title, openedAt, resolvedAt, resolvedBy, rootCause, runbook }) => (
          <li key={id} className="candidate">
            <span className="pt-0.5">
              <Glyph
                status={resolvedAt === null ? 'warn' : 'ok'}
                label={resolvedAt === null ? 'open' : 'resolved'}
              />
            </span>
            <span className="min-w-0">
              <Link className="font-medium hover:underline" href={`/incidents/${id}`}>
                {title}
              </Link>
              {rootCause ? <span className="block text-text-2">{rootCause}</span> : null}
              <span className="block text-small text-text-3">
                {formatNear(openedAt, zone, now)}
                {resolvedAt === null
                  ? ''
                  : `, over after ${formatDuration(resolvedAt - openedAt)}, by ${
                      resolvedBy === 'alert' ? 'itself' : (resolvedBy ?? 'somebody')
                    }`}
                {runbook ? `; ${runbook.name}: ${runbook.outcome}` : ''}
              </span>
            </span>
            <span />
          </li>
        ))}
      </ul>
    </Panel>
  )
}
