'use client'
import {
  BellRing,
  BookOpen,
  CircleDot,
  FileDiff,
  ListChecks,
  RefreshCw,
  ScrollText,
  TriangleAlert,
  type LucideIcon,
} from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { formatInstant, plural, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Panel, Segmented } from '@/components/ui'
import type { TimelineEntry } from '@/server/api'

const icons: Record<TimelineEntry['source'], LucideIcon> = {
  incident: CircleDot,
  alert: TriangleAlert,
  notification: BellRing,
  runbook: BookOpen,
  job: ListChecks,
  publication: RefreshCw,
  change: FileDiff,
  audit: ScrollText,
}
const options = [
  { value: 'all', label: 'Everything' },
  { value: 'people', label: 'People' },
] as const

interface TimelinePanelProps {
  timeline: readonly TimelineEntry[]
  isCut: boolean
  zone: Zone
  now: number
  onNote: () => void
}

const shownAtFirst = 40

/** What happened, oldest first: alerts, people, notifications, runbook steps, jobs and changes of its pipelines. */
export function TimelinePanel({ timeline, isCut, zone, now, onNote }: TimelinePanelProps) {
  const [of, setOf] = useState<'all' | 'people'>('all')
  const [isWhole, setIsWhole] = useState(false)
  const wanted = timeline.filter((entry) => of === 'all' || isByPerson(entry))
  const shown = isWhole ? wanted : wanted.slice(-shownAtFirst)
  const hidden = wanted.length - shown.length
  return (
    <Panel
      title="Timeline"
      sub={`${plural(wanted.length, 'entry', 'entries')}, oldest first`}
      actions={
        <>
          <Segmented label="Which entries" value={of} options={options} onChange={setOf} />
          <Button size="small" onClick={onNote}>
            Note…
          </Button>
        </>
      }
      foot={isCut ? 'More happened than is listed: the oldest entries are left out.' : null}
    >
      <ol className="timeline">
        {hidden > 0 ? (
          <li className="timeline-day">
            <Button size="small" variant="quiet" onClick={() => setIsWhole(true)}>
              Show {plural(hidden, 'earlier entry', 'earlier entries')}
            </Button>
          </li>
        ) : null}
        {shown.map((entry, i) => (
          <Entry
            key={`${entry.at} ${i}`}
            entry={entry}
            before={shown[i - 1]?.at ?? null}
            zone={zone}
            now={now}
          />
        ))}
      </ol>
    </Panel>
  )
}

function Entry({
  entry: { at, source, actor, says, href },
  before,
  zone,
  now,
}: {
  entry: TimelineEntry
  before: number | null
  zone: Zone
  now: number
}) {
  const Icon = icons[source]
  const day = formatInstant(at, zone, 'date')
  const isNewDay = before !== null && formatInstant(before, zone, 'date') !== day
  const text = withInstants(says, zone, now)
  return (
    <>
      {isNewDay ? <li className="timeline-day">{day}</li> : null}
      <li>
        <time dateTime={new Date(at).toISOString()} title={formatInstant(at, zone, 'full')}>
          {formatInstant(at, zone, 'second')}
        </time>
        <span className="timeline-sign">
          <Icon className="icon" aria-label={source} />
        </span>
        <span className="timeline-says">
          {isByPerson({ actor }) && !says.startsWith(actor) ? <b className="font-medium">{actor} </b> : null}
          {href === null ? (
            text
          ) : (
            <Link className="hover:underline" href={href}>
              {text}
            </Link>
          )}
        </span>
      </li>
    </>
  )
}

const machines = new Set(['alert', 'schedule', 'parallax', 'sample', 'guard'])
const isByPerson = ({ actor }: Pick<TimelineEntry, 'actor'>) => !machines.has(actor)
