'use client'
import { useInfiniteQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { useCallback, useState } from 'react'
import { useRefusal } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { formatDuration, formatNear, plural, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { isOld, liveness, useWatch } from '@/components/live'
import { useListKeys } from '@/components/pipelines'
import { PageHead } from '@/components/shell'
import { Button, Failed, Glyph, Note, Panel, Segmented, SkeletonRows } from '@/components/ui'
import { keepView, useNow, useZone } from '@/components/view'
import type { IncidentListItem, IncidentPage, WatchMessage } from '@/server/api'
import { AcknowledgeButton } from './acknowledge-button'
import { incidentStatus, stateText } from './incident-words'
import { StartIncidentDialog } from './start-incident-dialog'

const views = ['live', 'all'] as const
const options = [
  { value: 'live', label: 'Going on' },
  { value: 'all', label: 'All' },
] as const
const liveInput = { incidents: true }

/** For the on-call: what goes on, who has it, what comes next. */
export function IncidentsScreen() {
  const trpc = useTRPC()
  const router = useRouter()
  const params = useSearchParams()
  const [zone] = useZone()
  const now = useNow(1_000)
  const [view, setView] = useQueryState('show', parseAsStringLiteral(views).withDefault('live'))
  const [starts, setStarts] = useState(false)
  const refusal = useRefusal('start incidents')
  const [live, setLive] = useState<IncidentPage | null>(null)
  const onMessage = useCallback((message: WatchMessage) => {
    if (message.topic === 'incidents') setLive(message.data)
  }, [])
  const watch = useWatch(liveInput, onMessage)
  const all = useInfiniteQuery(
    trpc.incidents.list.infiniteQueryOptions(
      { limit: 50 },
      {
        enabled: view === 'all',
        staleTime: 5_000,
        initialCursor: null,
        getNextPageParam: ({ nextBefore }) => nextBefore,
      },
    ),
  )
  const older = all.data?.pages.flatMap(({ incidents }) => incidents) ?? null
  const fresh = new Map(live?.incidents.map((one) => [one.id, one]))
  const shown =
    view === 'live'
      ? (live?.incidents.toSorted(worstFirst) ?? null)
      : (older?.map((one) => fresh.get(one.id) ?? one) ?? null)
  const { current } = useListKeys(shown?.length ?? 0, (index) => {
    const incident = shown?.[index]
    if (incident) router.push(keepView(`/incidents/${incident.id}`, params))
  })
  const stale = live !== null && isOld(liveness(watch.state, watch.lastAt, now))
  return (
    <>
      <PageHead
        title="Incidents"
        forWhom="For the on-call: what goes on, who has it, and what was done. One incident a cause."
        actions={
          <>
            <Segmented
              label="Which incidents"
              value={view}
              options={options}
              onChange={(next) => void setView(next)}
            />
            <Button off={refusal} onClick={() => setStarts(true)}>
              Start incident…
            </Button>
          </>
        }
      />
      <Panel
        title={view === 'live' ? 'Going on' : 'All incidents'}
        stale={stale}
        sub={live ? `${plural(live.open, 'incident')} going on` : undefined}
        foot={
          view === 'all' && all.hasNextPage ? (
            <Button size="small" aria-busy={all.isFetchingNextPage} onClick={() => void all.fetchNextPage()}>
              Show older incidents
            </Button>
          ) : null
        }
      >
        {body()}
      </Panel>
      {starts ? (
        <StartIncidentDialog
          onClose={() => setStarts(false)}
          onStarted={(id) => router.push(keepView(`/incidents/${id}`, params))}
        />
      ) : null}
    </>
  )

  function body() {
    const error = view === 'all' && all.error ? describeError(all.error).message : watch.error
    if (shown === null)
      return error ? (
        <Failed title="The incidents did not load" message={`${error} It is tried again by itself.`} />
      ) : (
        <SkeletonRows rows={4} widths={[280, 160, 90]} />
      )
    if (shown.length === 0)
      return view === 'live' ? (
        <Note
          kind="done"
          title="Nothing goes on"
          action={
            <Button size="small" onClick={() => void setView('all')}>
              Show earlier incidents
            </Button>
          }
        >
          An alert that fires opens an incident by itself.
        </Note>
      ) : (
        <Note kind="empty" title="No incident yet">
          An alert that fires opens one by itself. What no rule sees is started by hand.
        </Note>
      )
    return (
      <ul>
        {shown.map((incident, i) => (
          <Row key={incident.id} incident={incident} isCurrent={i === current} zone={zone} now={now} />
        ))}
      </ul>
    )
  }
}

function Row({
  incident,
  isCurrent,
  zone,
  now,
}: {
  incident: IncidentListItem
  isCurrent: boolean
  zone: Zone
  now: number
}) {
  const params = useSearchParams()
  const { id, title, says, severity, state, openedAt, resolvedAt, owner, pipelines, firing, cause } = incident
  return (
    <li className="incident-row" data-selected={isCurrent} data-state={state}>
      <span className="pt-[3px]">
        <Glyph status={incidentStatus(incident)} label={state === 'resolved' ? 'resolved' : severity} />
      </span>
      <div className="min-w-0">
        <Link
          className="title inline-flex min-h-6 items-center hover:underline"
          href={keepView(`/incidents/${id}`, params)}
        >
          {title}
        </Link>
        {says ? (
          <p className="text-text-2 [overflow-wrap:anywhere]">{withInstants(says, zone, now)}</p>
        ) : null}
        <p className="mt-1 flex flex-wrap gap-x-3.5 text-small text-text-3">
          <span>Incident {id}</span>
          <span className="mono">{cause}</span>
          {pipelines.length > 0 ? <span>{pipelines.slice(0, 4).join(', ')}</span> : null}
          {owner ? <span>owner {owner}</span> : null}
        </p>
      </div>
      <div className="text-small leading-normal text-text-2">
        {stateText(incident, zone, now)}
        <span className="block text-text-3">
          {resolvedAt === null
            ? `for ${formatDuration(Math.max(0, now - openedAt))}, ${plural(firing, 'alert')} firing`
            : `${formatNear(openedAt, zone, now)}, took ${formatDuration(resolvedAt - openedAt)}`}
        </span>
      </div>
      <div className="flex justify-end gap-1.5">
        {state === 'open' ? <AcknowledgeButton incidentId={id} /> : null}
        <Button size="small" variant="quiet" asChild>
          <Link href={keepView(`/incidents/${id}`, params)}>Open</Link>
        </Button>
      </div>
    </li>
  )
}

const rank = ({ state, severity }: IncidentListItem) =>
  (state === 'open' ? 0 : 2) + (severity === 'page' ? 0 : 1)
const worstFirst = (a: IncidentListItem, b: IncidentListItem) => rank(a) - rank(b) || b.openedAt - a.openedAt
