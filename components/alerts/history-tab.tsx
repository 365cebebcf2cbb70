'use client'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useEffect, useRef } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { csvRows, formatDuration, formatNear, plural, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { useConsoleFeed } from '@/components/live'
import { Button, Choice, Failed, Glyph, Note, Panel, PanelMenu, SkeletonRows } from '@/components/ui'
import { keepView, useNow, useZone } from '@/components/view'
import type { AlertView } from '@/server/api'
import { AlertFilters } from './alert-filters'
import { useAlertFilters } from './use-alerts-view'

const pageSize = 100

/** What fired and is over. */
export function HistoryTab() {
  const trpc = useTRPC()
  const [zone] = useZone()
  const now = useNow(5_000)
  const { alerts: board } = useConsoleFeed()
  const [{ severity, pipeline, rule }, setFilters] = useAlertFilters()
  const rules = useQuery(trpc.alerts.rules.queryOptions())
  const history = useInfiniteQuery(
    trpc.triage.alertHistory.infiniteQueryOptions(
      { severity, pipeline, rule, limit: pageSize },
      {
        getNextPageParam: (page) => page.nextCursor,
        placeholderData: keepPreviousData,
      },
    ),
  )
  const newest = board?.resolved[0]?.id ?? null
  const seen = useRef(newest)
  const { refetch } = history
  useEffect(() => {
    const before = seen.current
    seen.current = newest
    if (newest !== before) void refetch()
  }, [newest, refetch])
  const alerts = history.data?.pages.flatMap((page) => page.alerts) ?? null
  return (
    <Panel
      title="History"
      sub={
        alerts && alerts.length > 0 ? `${plural(alerts.length, 'alert')} shown, newest first` : 'newest first'
      }
      actions={
        alerts && alerts.length > 0 ? <PanelMenu name="alert-history" csv={() => historyCsv(alerts)} /> : null
      }
    >
      <AlertFilters hasText={false}>
        <Choice
          label="Rule"
          value={rule ?? ''}
          options={[
            { value: '', label: 'All rules' },
            ...(rules.data ?? []).map(({ name, title }) => ({ value: name, label: name, note: title })),
          ]}
          onChange={(next) => void setFilters({ rule: next || null })}
        />
      </AlertFilters>
      {body()}
    </Panel>
  )

  function body() {
    if (!alerts)
      return history.error ? (
        <Failed
          title="The history did not load"
          message={describeError(history.error).message}
          onRetry={() => void refetch()}
        />
      ) : (
        <SkeletonRows rows={6} widths={[260, 90, 90]} />
      )
    const isFiltered = severity !== null || pipeline !== null || rule !== null
    if (alerts.length === 0)
      return isFiltered ? (
        <Note
          kind="filtered"
          title="No alert of the past is like this"
          action={
            <Button size="small" onClick={() => void setFilters(null)}>
              Clear filters
            </Button>
          }
        >
          The filters hide all that fired.
        </Note>
      ) : (
        <Note kind="empty" title="No alert has ended yet">
          What fires and is over shows here, with how long it lasted.
        </Note>
      )
    return (
      <>
        <table className="table table-cards">
          <thead>
            <tr>
              <th>Alert</th>
              <th>Rule</th>
              <th>Pipeline</th>
              <th className="number">Fired</th>
              <th className="number">Lasted</th>
              <th className="number">Ended</th>
              <th>Incident</th>
            </tr>
          </thead>
          <tbody>
            {alerts.map((alert) => (
              <Row key={alert.id} alert={alert} zone={zone} now={now} />
            ))}
          </tbody>
        </table>
        {history.hasNextPage ? (
          <div className="border-t border-line-faint px-4 py-3">
            <Button
              size="small"
              off={history.isFetchingNextPage ? 'The next ones are on their way.' : null}
              onClick={() => void history.fetchNextPage()}
            >
              Show more
            </Button>
          </div>
        ) : null}
      </>
    )
  }
}

function Row({ alert, zone, now }: { alert: AlertView; zone: Zone; now: number }) {
  const params = useSearchParams()
  const { title, says, severity, rule, pipeline, firingSince, resolvedAt, incidentId, mutedBy } = alert
  return (
    <tr>
      <td className="two-lines card-wide clip w-2/5">
        <span className="flex gap-2">
          <span className="flex-none pt-px">
            <Glyph
              status={severity === 'page' ? 'bad' : 'warn'}
              label={severity === 'page' ? 'Page' : 'Ticket'}
            />
          </span>
          <span className="min-w-0">
            <span className="block truncate font-medium" title={title}>
              {title}
            </span>
            <span className="second truncate" title={withInstants(says, zone, now)}>
              {mutedBy ? `muted: ${mutedBy.says}` : withInstants(says, zone, now)}
            </span>
          </span>
        </span>
      </td>
      <td className="mono" data-label="Rule">
        {rule}
      </td>
      <td data-label="Pipeline">{pipeline ?? <span className="text-text-3">–</span>}</td>
      <td className="number text-text-2" data-label="Fired">
        {firingSince === null ? '–' : formatNear(firingSince, zone, now, 'second')}
      </td>
      <td className="number" data-label="Lasted">
        {firingSince === null || resolvedAt === null ? '–' : formatDuration(resolvedAt - firingSince)}
      </td>
      <td className="number text-text-2" data-label="Ended">
        {resolvedAt === null ? '–' : formatNear(resolvedAt, zone, now, 'second')}
      </td>
      <td data-label="Incident">
        {incidentId === null ? (
          <span className="text-text-3">none</span>
        ) : (
          <Link
            className="link inline-flex min-h-6 items-center"
            href={keepView(`/incidents/${incidentId}`, params)}
          >
            {incidentId}
          </Link>
        )}
      </td>
    </tr>
  )
}

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())

const historyCsv = (alerts: AlertView[]): string =>
  csvRows([
    ['id', 'rule', 'severity', 'title', 'says', 'pipeline', 'firingSince', 'resolvedAt', 'incidentId'],
    ...alerts.map((alert) => [
      alert.id,
      alert.rule,
      alert.severity,
      alert.title,
      alert.says,
      alert.pipeline,
      iso(alert.firingSince),
      iso(alert.resolvedAt),
      alert.incidentId,
    ]),
  ])
