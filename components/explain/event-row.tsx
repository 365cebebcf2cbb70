import { formatCount, formatDuration, formatInstant, formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import { Mark } from '@/components/ui'
import type { ExplainedEvent } from '@/server/api'
import { causeByFate, countedByWord, fateWord } from './explain-words'

interface EventRowProps {
  event: ExplainedEvent
  zone: Zone
  now: number
  open: boolean
  onToggle: () => void
}

/** One event: its position, its time, what became of it; opened, all that is known of it. */
export function EventRow({ event, zone, now, open, onToggle }: EventRowProps) {
  const cause = causeByFate[event.fate]
  const id = `event-${event.fate === 'quarantined' ? 'q' : ''}${event.seq}-${event.index}`
  return (
    <li className="event" data-served={event.served}>
      <button type="button" className="event-row" aria-expanded={open} aria-controls={id} onClick={onToggle}>
        <span className="flex w-3 flex-none justify-center">
          {cause ? <Mark cause={cause} hidden /> : null}
        </span>
        <span className="font-mono">
          {formatCount(event.seq)}
          {event.index > 0 ? <span className="text-text-3">.{event.index}</span> : null}
        </span>
        <span className="text-text-2">{formatNear(event.time, zone, now, 'second')}</span>
        <span className="ml-auto truncate text-right text-text-2">{shortWord(event)}</span>
        <span className="event-by" data-by={event.countedBy}>
          {countedByWord[event.countedBy]}
        </span>
      </button>
      {open ? <EventDetail id={id} event={event} zone={zone} /> : null}
    </li>
  )
}

function shortWord(event: ExplainedEvent): string {
  if (event.lateByMs !== null && event.fate === 'late') return `+${formatDuration(event.lateByMs)}`
  if (event.duplicateOf !== null && event.fate !== 'filtered')
    return `copy of ${formatCount(event.duplicateOf.seq)}`
  return event.fate === 'counted' ? '' : fateWord[event.fate]
}

function EventDetail({ id, event, zone }: { id: string; event: ExplainedEvent; zone: Zone }) {
  return (
    <div id={id} className="event-detail">
      <p className="mb-2">
        {event.reason}. {event.served ? 'It is in the figure.' : 'It is not in the figure.'}
      </p>
      <dl className="kv">
        <dt>Source</dt>
        <dd className="kv-wrap">{event.source}</dd>
        <dt>Id</dt>
        <dd className="kv-wrap font-mono">{event.id}</dd>
        <dt>Event time</dt>
        <dd>{formatInstant(event.time, zone, 'full')}</dd>
        <dt>Log time</dt>
        <dd>{formatInstant(event.logTime, zone, 'full')}</dd>
        <dt>Position</dt>
        <dd className="font-mono">
          {event.seq}.{event.index}, partition {event.partition}
        </dd>
      </dl>
      {event.data === null ? null : (
        <pre className="event-data">
          {event.data}
          {event.dataCut ? '…' : ''}
        </pre>
      )}
    </div>
  )
}
