'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useRefusal } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { formatDuration, formatNear, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { useConsoleFeed } from '@/components/live'
import { Button, Failed, Note, Panel, showToast, SkeletonRows, Tag } from '@/components/ui'
import type { Status } from '@/components/ui'
import { useNow, useZone } from '@/components/view'
import type { SilenceView } from '@/server/api'
import { matchText } from './silence-form'

interface SilencesTabProps {
  kind: SilenceView['kind']
  onAdd: () => void
}

const words = {
  silence: {
    title: 'Silences',
    failed: 'The silences did not load',
    empty: 'No silence',
    why: 'Nothing is held back by hand. A silence holds notifications of what it matches back until it expires.',
    add: 'Silence…',
  },
  maintenance: {
    title: 'Maintenance windows',
    failed: 'The maintenance windows did not load',
    empty: 'No maintenance is planned',
    why: 'A window holds notifications back while work is planned, once or every day, week or month.',
    add: 'Plan maintenance…',
  },
} as const

/** What people hold back: in force, to come, and over for less than a week. */
export function SilencesTab({ kind, onAdd }: SilencesTabProps) {
  const trpc = useTRPC()
  const [zone] = useZone()
  const now = useNow(1_000)
  const refusal = useRefusal('silence alerts')
  const { data, error, refetch } = useQuery(trpc.alerts.silences.queryOptions())
  useFollowBoard(() => void refetch())
  const { title, failed, empty, why, add } = words[kind]
  const rows = data?.filter((silence) => silence.kind === kind) ?? []
  const inForce = rows.filter(({ state }) => state === 'active').length
  return (
    <Panel
      title={title}
      sub={rows.length > 0 ? `${inForce} in force, ${plural(rows.length, 'in all', 'in all')}` : undefined}
    >
      {body()}
    </Panel>
  )

  function body() {
    if (!data)
      return error ? (
        <Failed title={failed} message={describeError(error).message} onRetry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={3} widths={[220, 120, 90]} />
      )
    if (rows.length === 0)
      return (
        <Note
          kind="empty"
          title={empty}
          action={
            <Button size="small" off={refusal} onClick={onAdd}>
              {add}
            </Button>
          }
        >
          {why}
        </Note>
      )
    return (
      <table className="table table-cards">
        <thead>
          <tr>
            <th>Matches</th>
            <th>State</th>
            <th>From</th>
            <th>To</th>
            {kind === 'maintenance' ? <th>Again</th> : null}
            <th className="number">Mutes now</th>
            <th className="w-1/5">Reason</th>
            <th>
              <span className="sr-only">End</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {[...rows].sort(byState).map((silence) => (
            <Row key={silence.id} silence={silence} zone={zone} now={now} />
          ))}
        </tbody>
      </table>
    )
  }
}

const order: Record<SilenceView['state'], number> = { active: 0, pending: 1, expired: 2 }
const byState = (a: SilenceView, b: SilenceView): number =>
  order[a.state] - order[b.state] || a.endsAt - b.endsAt

const states: Record<SilenceView['state'], { status: Status; word: string }> = {
  active: { status: 'warn', word: 'in force' },
  pending: { status: 'unknown', word: 'to come' },
  expired: { status: 'unknown', word: 'over' },
}

function Row({ silence, zone, now }: { silence: SilenceView; zone: Zone; now: number }) {
  const { match, state, startsAt, endsAt, recurrence, muting, reason, actor, kind } = silence
  const { status, word } = states[state]
  return (
    <tr>
      <td className="card-title font-medium whitespace-normal!">{matchText(match)}</td>
      <td data-label="State">
        <Tag status={status}>{word}</Tag>
      </td>
      <td className="text-text-2" data-label="From">
        {formatNear(startsAt, zone, now)}
      </td>
      <td className="two-lines text-text-2" data-label="To">
        {formatNear(endsAt, zone, now)}
        {state === 'active' && recurrence === null ? (
          <span className="second">{formatDuration(Math.max(0, endsAt - now))} left</span>
        ) : null}
      </td>
      {kind === 'maintenance' ? (
        <td className="text-text-2" data-label="Again">
          {recurrence === null
            ? 'once'
            : `every ${recurrence.every}${recurrence.until === null ? '' : ` until ${formatNear(recurrence.until, zone, now)}`}`}
        </td>
      ) : null}
      <td className="number" data-label="Mutes now">
        {plural(muting, 'alert')}
      </td>
      <td className="two-lines card-wide whitespace-normal!" data-label="Reason">
        {reason}
        <span className="second">by {actor}</span>
      </td>
      <td className="number">{state === 'expired' ? null : <EndButton silence={silence} />}</td>
    </tr>
  )
}

function EndButton({ silence }: { silence: SilenceView }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const refusal = useRefusal('end a silence')
  const end = useMutation(
    trpc.alerts.endSilence.mutationOptions({
      onSuccess: () => {
        void queryClient.invalidateQueries(trpc.alerts.silences.queryFilter())
        showToast({ status: 'ok', text: `Ended: ${matchText(silence.match)}. Its alerts are told of again.` })
      },
      onError: (error) => showToast({ status: 'bad', text: `Not ended. ${describeError(error).message}` }),
    }),
  )
  return (
    <Button
      size="small"
      off={refusal}
      aria-label={`End ${matchText(silence.match)}`}
      aria-busy={end.isPending}
      onClick={() => {
        if (!end.isPending) end.mutate({ id: silence.id })
      }}
    >
      End now
    </Button>
  )
}

/** The board comes live; when what it mutes changes, the list beside it is read again. */
function useFollowBoard(refresh: () => void): void {
  const { alerts } = useConsoleFeed()
  const stamp = alerts
    ? JSON.stringify(alerts.groups.map(({ cause, mutedBy, alerts: own }) => [cause, mutedBy, own.length]))
    : null
  const seen = useRef(stamp)
  useEffect(() => {
    const before = seen.current
    seen.current = stamp
    if (before !== null && stamp !== before) refresh()
  })
}
