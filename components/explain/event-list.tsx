'use client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { formatCount, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Failed, Note, Segmented, SkeletonRows } from '@/components/ui'
import type { CellExplanation } from '@/server/api'
import { EventRow } from './event-row'
import { keyName } from './explain-words'

interface EventListProps {
  cell: CellExplanation
  zone: Zone
  now: number
}

type Show = 'different' | 'all'

/** The very events behind the figure, in log order; at first those the layers decide differently about, if any. */
export function EventList({ cell, zone, now }: EventListProps) {
  const trpc = useTRPC()
  const [chosen, setChosen] = useState<Show | null>(null)
  const [opened, setOpened] = useState<string | null>(null)
  const show = chosen ?? (mayDiffer(cell) ? 'different' : 'all')
  const found = useInfiniteQuery(
    trpc.explain.events.infiniteQueryOptions(
      { name: cell.pipeline, windowStart: cell.windowStart, key: cell.key, show },
      { getNextPageParam: (page) => page.nextCursor, retry: 1 },
    ),
  )
  const pages = found.data?.pages ?? []
  const counts = pages[0]?.counts ?? null
  const behind = pages[0]?.behind ?? null
  const events = pages.flatMap((page) => page.events)
  return (
    <section className="drawer-section" aria-label="Events">
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <h3 className="font-medium">Events</h3>
        <span className="text-small text-text-3">
          {counts === null
            ? ''
            : `${formatCount(counts.different)} explain a difference, of ${formatCount(counts.all)}`}
        </span>
        <span className="ml-auto">
          <Segmented<Show>
            label="Events shown"
            value={show}
            options={[
              { value: 'different', label: 'That differ' },
              { value: 'all', label: 'All' },
            ]}
            onChange={setChosen}
          />
        </span>
      </div>
      {behind === null ? null : <p className="mb-2 text-small text-warn">{behind}</p>}
      {found.error && !found.data ? (
        <Failed
          title="The events did not load"
          message={describeError(found.error).message}
          onRetry={() => void found.refetch()}
        />
      ) : counts === null ? (
        <SkeletonRows rows={6} widths={[80, 120]} />
      ) : events.length === 0 ? (
        <Nothing show={show} all={counts.all} cellKey={cell.key} onAll={() => setChosen('all')} />
      ) : (
        <ul className="events">
          {events.map((event) => {
            const place = `${event.seq}.${event.index}`
            return (
              <EventRow
                key={place}
                event={event}
                zone={zone}
                now={now}
                open={opened === place}
                onToggle={() => setOpened(opened === place ? null : place)}
              />
            )
          })}
        </ul>
      )}
      {found.hasNextPage ? (
        <div className="mt-2 flex items-center gap-2">
          <Button
            size="small"
            onClick={() => void found.fetchNextPage()}
            off={found.isFetchingNextPage ? 'the next events are on their way' : null}
          >
            More events
          </Button>
          <span className="text-small text-text-3">
            {formatCount(events.length)} of{' '}
            {counts === null ? '' : formatCount(show === 'all' ? counts.all : counts.different)}
          </span>
          {found.isFetchNextPageError ? (
            <span className="text-small text-bad">{describeError(found.error).message}</span>
          ) : null}
        </div>
      ) : null}
    </section>
  )
}

function Nothing({
  show,
  all,
  cellKey,
  onAll,
}: {
  show: Show
  all: number
  cellKey: string
  onAll: () => void
}) {
  if (show === 'all')
    return (
      <Note kind="empty" title="No event in the archive or the log">
        No event of {keyName(cellKey)} has a time in this window.
      </Note>
    )
  return (
    <Note
      kind="filtered"
      title="Speed and batch agree on every event"
      action={
        all > 0 ? (
          <Button size="small" onClick={onAll}>
            Show all {plural(all, 'event')}
          </Button>
        ) : null
      }
    >
      None was late, copied beyond the horizon, or lost to one of them.
    </Note>
  )
}

/** Whether some event may have been decided differently, as far as the figures tell. */
const mayDiffer = ({ comparisons, counts }: CellExplanation): boolean =>
  counts.late > 0 || comparisons.some(({ measures }) => measures.length > 0)
