'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { LogOut } from 'lucide-react'
import { useMe } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { formatDuration, formatNear } from '@/components/format'
import { Button, Failed, Note, Panel, SkeletonRows, showToast, Tag } from '@/components/ui'
import { useNow, useZone } from '@/components/view'
import { browserName } from './browser-name'

/** Where one is signed in, and how to end that. */
export function SessionsPanel() {
  const trpc = useTRPC()
  const me = useMe()
  const queryClient = useQueryClient()
  const [zone] = useZone()
  const now = useNow(10_000)
  const { data, error, refetch } = useQuery(trpc.auth.sessions.queryOptions())
  const end = useMutation(
    trpc.auth.endSessions.mutationOptions({
      onSuccess: (_result, { id }) => {
        if (!id) {
          location.assign('/sign-in')
          return
        }
        void queryClient.invalidateQueries(trpc.auth.sessions.queryFilter())
        showToast({ status: 'ok', text: 'That session has ended.' })
      },
      onError: (failure) =>
        showToast({ status: 'bad', text: `Not ended. ${describeError(failure).message}` }),
    }),
  )
  return (
    <Panel
      title="Sessions"
      sub={`where ${me.name} is signed in`}
      actions={
        <Button size="small" aria-busy={end.isPending} onClick={() => end.mutate({})}>
          <LogOut className="icon" aria-hidden="true" />
          Sign out everywhere
        </Button>
      }
      foot="A session ends by itself half an hour after it was last used, and twelve hours after it began."
    >
      {data ? (
        data.length === 0 ? (
          <Note kind="empty" title="No session">
            You are here with an API token, which has no sessions.
          </Note>
        ) : (
          <table className="table table-cards">
            <thead>
              <tr>
                <th>Browser</th>
                <th>From</th>
                <th>Signed in</th>
                <th>Last used</th>
                <th>
                  <span className="sr-only">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.map((session) => (
                <tr key={session.id}>
                  <td className="card-title -order-2">
                    <span className="inline-flex items-center gap-2" title={session.agent ?? undefined}>
                      <span className="font-medium">{browserName(session.agent)}</span>
                      {session.isThisOne ? <Tag status="ok">this one</Tag> : null}
                    </span>
                  </td>
                  <td className="text-text-2" data-label="From">
                    {session.address ?? 'unknown'}
                  </td>
                  <td className="text-text-2" data-label="Signed in">
                    {formatNear(session.createdAt, zone, now)}
                  </td>
                  <td className="text-text-2" data-label="Last used">
                    {now - session.lastSeenAt < 120_000
                      ? 'just now'
                      : `${formatDuration(now - session.lastSeenAt)} ago`}
                  </td>
                  <td className="number -order-1 text-right!">
                    {session.isThisOne ? null : (
                      <Button size="small" onClick={() => end.mutate({ id: session.id })}>
                        End
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )
      ) : error ? (
        <Failed
          title="Your sessions did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      ) : (
        <SkeletonRows rows={2} widths={[160, 90, 60]} />
      )}
    </Panel>
  )
}
