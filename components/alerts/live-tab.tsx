'use client'
import { isOld, liveness, useConsoleFeed } from '@/components/live'
import { formatDuration } from '@/components/format'
import { Button, Choice, Failed, Note, Panel, SkeletonRows } from '@/components/ui'
import { useNow, useZone } from '@/components/view'
import type { AlertGroup } from '@/server/api'
import { AlertFilters } from './alert-filters'
import { AlertList } from './alert-list'
import { boardSummary, matchesText } from './alert-words'
import { useAlertFilters } from './use-alerts-view'

const states = [
  { value: '', label: 'Any state' },
  { value: 'firing', label: 'Firing' },
  { value: 'acknowledged', label: 'Acknowledged' },
  { value: 'pending', label: 'Pending' },
  { value: 'muted', label: 'Muted' },
] as const

/** Every live cause, also those that another explains. */
export function LiveTab() {
  const { alerts: board, watch } = useConsoleFeed()
  const [filters, setFilters] = useAlertFilters()
  const [zone] = useZone()
  const now = useNow(1_000)
  const stale = board !== null && isOld(liveness(watch.state, watch.lastAt, now))
  const shown = board?.groups.filter((group) => isWanted(group, filters)) ?? []
  return (
    <Panel
      title="Live alerts"
      sub={board && board.groups.length > 0 ? `${boardSummary(board.groups)}, worst first` : undefined}
      stale={stale}
    >
      {board && board.groups.length > 0 ? (
        <AlertFilters hasText>
          <Choice
            label="State"
            value={filters.state ?? ''}
            options={states}
            onChange={(next) => void setFilters({ state: next === '' ? null : next })}
          />
        </AlertFilters>
      ) : null}
      {body()}
    </Panel>
  )

  function body() {
    if (!board)
      return watch.error ? (
        <Failed title="The alerts did not load" message={`${watch.error} It is tried again by itself.`} />
      ) : (
        <SkeletonRows rows={6} widths={[320, 140, 120]} />
      )
    const { watcher } = board
    if (board.groups.length === 0)
      return watcher.health === 'bad' || watcher.lastEvaluatedAt === null ? (
        <Note kind="stale" title="Nobody watches">
          {watcher.says} An empty list means nothing until then.
        </Note>
      ) : (
        <Note kind="done" title="No alert is live">
          Every rule was looked at {formatDuration(Math.max(0, now - watcher.lastEvaluatedAt))} ago and none
          holds. What fired before is in the history.
        </Note>
      )
    if (shown.length === 0)
      return (
        <Note
          kind="filtered"
          title="No live alert is like this"
          action={
            <Button size="small" onClick={() => void setFilters(null)}>
              Clear filters
            </Button>
          }
        >
          The filters hide {board.groups.length === 1 ? 'the one' : `all ${board.groups.length}`} that there
          are.
        </Note>
      )
    return (
      <AlertList sections={[{ pipeline: null, groups: shown }]} hasHeadings={false} zone={zone} now={now} />
    )
  }
}

type Filters = ReturnType<typeof useAlertFilters>[0]

function isWanted(group: AlertGroup, { find, severity, state, pipeline, rule }: Filters): boolean {
  if (severity !== null && group.severity !== severity) return false
  if (state !== null && group.state !== state) return false
  if (pipeline !== null && !group.pipelines.includes(pipeline)) return false
  if (rule !== null && !group.alerts.some((alert) => alert.rule === rule)) return false
  return find === '' || matchesText(group, find)
}
