'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import type { ReactNode } from 'react'
import { AlertList, boardSummary, byPipeline, ownLines } from '@/components/alerts'
import { formatDuration, formatNear, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { useConsoleFeed } from '@/components/live'
import { Failed, Note, Panel, Segmented, SkeletonRows } from '@/components/ui'
import { keepView } from '@/components/view'
import type { AlertBoard, AlertGroup } from '@/server/api'
import { useGrouping } from './use-triage-view'

interface AlertsPanelProps {
  stale: boolean
  zone: Zone
  now: number
  folded: (group: AlertGroup) => ReactNode
}

const groupings = [
  { value: 'cause', label: 'By cause' },
  { value: 'pipeline', label: 'By pipeline' },
] as const

/** What is broken, by cause, worst first. */
export function AlertsPanel({ stale, zone, now, folded }: AlertsPanelProps) {
  const { alerts: board, watch } = useConsoleFeed()
  const [grouping, setGrouping] = useGrouping()
  const groups = board ? ownLines(board.groups) : []
  return (
    <Panel
      title={grouping === 'cause' ? 'Alerts by cause' : 'Alerts by pipeline'}
      sub={board && groups.length > 0 ? boardSummary(board.groups) : undefined}
      stale={stale}
      actions={
        groups.length > 0 ? (
          <Segmented
            label="Group alerts"
            value={grouping}
            options={groupings}
            onChange={(next) => void setGrouping(next)}
          />
        ) : null
      }
    >
      {body()}
    </Panel>
  )

  function body() {
    if (!board)
      return watch.error ? (
        <Failed title="The alerts did not load" message={`${watch.error} It is tried again by itself.`} />
      ) : (
        <SkeletonRows rows={5} widths={[320, 140, 120]} />
      )
    if (groups.length === 0) return <NothingWrong board={board} zone={zone} now={now} />
    return (
      <AlertList
        sections={grouping === 'cause' ? [{ pipeline: null, groups }] : byPipeline(groups)}
        hasHeadings={grouping === 'pipeline'}
        zone={zone}
        now={now}
        folded={folded}
      />
    )
  }
}

/** Nothing fires: says who looked, when, and what fired last. A watcher that does not watch says nothing good. */
function NothingWrong({ board, zone, now }: { board: AlertBoard; zone: Zone; now: number }) {
  const { pipelines } = useConsoleFeed()
  const params = useSearchParams()
  const { watcher, resolved } = board
  if (watcher.health === 'bad' || watcher.lastEvaluatedAt === null)
    return (
      <Note kind="stale" title="Nobody watches">
        {watcher.says} An empty list means nothing until then.
      </Note>
    )
  const last = resolved.find(({ resolvedAt }) => resolvedAt !== null)
  const current = pipelines?.filter(({ status }) => status.health === 'ok').length ?? 0
  return (
    <Note
      kind="done"
      title="Nothing is wrong"
      action={
        <Link className="link" href={keepView('/alerts', params)}>
          Rules and what fired before
        </Link>
      }
    >
      No rule fires. Looked at {formatDuration(Math.max(0, now - watcher.lastEvaluatedAt))} ago
      {pipelines && pipelines.length > 0
        ? `; ${current} of ${plural(pipelines.length, 'pipeline')} current`
        : ''}
      {watcher.blind.length > 0 ? `. Not seen: ${watcher.blind.join(', ')}` : ''}.
      {last?.resolvedAt
        ? ` The last alert, “${last.title}”, ended ${formatNear(last.resolvedAt, zone, now)}.`
        : ' No alert has fired yet.'}
    </Note>
  )
}
