'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { formatCount, formatDuration, plural } from '@/components/format'
import { Button, Failed, Glyph, Note, Panel, QuietGlyph, showToast, SkeletonRows } from '@/components/ui'
import { useNow } from '@/components/view'
import type { ChannelView } from '@/server/api'
import { ChannelDialog } from './channel-dialog'
import { kindLabel, placeOf } from './channel-fields'

/** How people are reached: five kinds, each with a test. */
export function ChannelsPanel({ isAdmin }: { isAdmin: boolean }) {
  const trpc = useTRPC()
  const now = useNow(10_000)
  const [editing, setEditing] = useState<ChannelView | 'new' | null>(null)
  const { data, error, refetch } = useQuery(trpc.channels.list.queryOptions())
  const off = isAdmin ? null : 'Channels are changed by admins.'
  return (
    <Panel
      title="Channels"
      sub={data && data.length > 0 ? plural(data.length, 'channel') : undefined}
      actions={
        <Button variant="primary" size="small" off={off} onClick={() => setEditing('new')}>
          <Plus className="icon" aria-hidden="true" />
          Add channel…
        </Button>
      }
      foot="What a receiver does not take is kept and tried again for a day. Secrets go in and are never shown."
    >
      {data ? (
        data.length === 0 ? (
          <Note kind="empty" title="Nobody is told">
            Alerts fire on the screen only. Add a channel, and the default route sends every page and ticket
            there.
          </Note>
        ) : (
          <ul>
            {data.map((channel) => (
              <Channel
                key={channel.id}
                channel={channel}
                off={off}
                now={now}
                onEdit={() => setEditing(channel)}
              />
            ))}
          </ul>
        )
      ) : error ? (
        <Failed
          title="The channels did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      ) : (
        <SkeletonRows rows={3} widths={[200, 90, 60]} />
      )}
      {editing === null ? null : (
        <ChannelDialog channel={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
    </Panel>
  )
}

interface ChannelProps {
  channel: ChannelView
  off: string | null
  now: number
  onEdit: () => void
}

function Channel({ channel, off, now, onEdit }: ChannelProps) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id, name, kind, lastSent, lastError, queued, hasSecret } = channel
  const refresh = () => void queryClient.invalidateQueries(trpc.channels.list.queryFilter())
  const test = useMutation(trpc.channels.test.mutationOptions({ onSettled: refresh }))
  const status = lastError ? 'bad' : lastSent === null ? 'unknown' : 'ok'
  return (
    <li className="failing-row" aria-label={name}>
      <Glyph status={status} label={lastError ? 'Failing' : lastSent === null ? 'Never used' : 'Delivers'} />
      <span className="min-w-0">
        <span className="font-medium">{name}</span> <span className="text-text-3">{kindLabel(kind)}</span>
        <span className="failing-why">
          {placeOf(channel)}
          {hasSecret ? ', with a secret' : ''}
        </span>
        <span className="block text-small text-text-3">
          {lastSent === null
            ? 'nothing sent yet'
            : `last sent ${formatDuration(Math.max(0, now - lastSent))} ago`}
          {queued > 0 ? `, ${formatCount(queued)} waiting to be delivered` : ''}
        </span>
        {lastError ? <span className="block text-small text-bad">{lastError}</span> : null}
        <span aria-live="polite">
          {test.isPending ? (
            <span className="block text-small text-text-3">Waiting for the receiver’s answer</span>
          ) : test.data ? (
            <span className="mt-1 flex gap-1.5 text-small">
              <QuietGlyph status={test.data.isDelivered ? 'ok' : 'bad'} />
              <span>
                {test.data.isDelivered ? 'Delivered' : 'Not delivered'}: {test.data.says}
              </span>
            </span>
          ) : test.error ? (
            <span className="mt-1 flex gap-1.5 text-small">
              <QuietGlyph status="bad" />
              <span>{describeError(test.error).message}</span>
            </span>
          ) : null}
        </span>
      </span>
      <span className="failing-action inline-flex flex-wrap gap-1.5">
        <Button
          size="small"
          off={off}
          aria-label={`Send a test to ${name}`}
          aria-busy={test.isPending}
          onClick={() => {
            if (!test.isPending) test.mutate({ id })
          }}
        >
          Send test
        </Button>
        <Button size="small" off={off} aria-label={`Change ${name}`} onClick={onEdit}>
          Change…
        </Button>
        <Remove channel={channel} off={off} onRemoved={refresh} />
      </span>
    </li>
  )
}

function Remove({
  channel: { id, name },
  off,
  onRemoved,
}: {
  channel: ChannelView
  off: string | null
  onRemoved: () => void
}) {
  const trpc = useTRPC()
  const [sure, setSure] = useState(false)
  const remove = useMutation(
    trpc.channels.remove.mutationOptions({
      onSuccess: () => {
        onRemoved()
        showToast({ status: 'ok', text: `${name} is removed. What waited for it is not sent.` })
      },
      onError: (error) => {
        setSure(false)
        showToast({ status: 'bad', text: describeError(error).message })
      },
    }),
  )
  if (!sure)
    return (
      <Button
        size="small"
        variant="quiet"
        off={off}
        aria-label={`Remove ${name}`}
        onClick={() => setSure(true)}
      >
        Remove…
      </Button>
    )
  return (
    <>
      <Button size="small" variant="quiet" onClick={() => setSure(false)}>
        Keep
      </Button>
      <Button
        size="small"
        variant="destructive"
        autoFocus
        aria-label={`Remove ${name} for good`}
        aria-busy={remove.isPending}
        onClick={() => {
          if (!remove.isPending) remove.mutate({ id })
        }}
      >
        Remove for good
      </Button>
    </>
  )
}
