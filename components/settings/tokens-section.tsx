'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { formatDuration, formatInstant, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Failed, Note, Panel, SkeletonRows, showToast, Tag } from '@/components/ui'
import { useNow, useZone } from '@/components/view'
import type { TokenView } from '@/server/api'
import { AdminOnly } from './admin-only'
import { CreateTokenDialog } from './create-token-dialog'

export function TokensSection() {
  return (
    <AdminOnly title="API tokens" what="see, make or revoke tokens">
      <Tokens />
    </AdminOnly>
  )
}

function Tokens() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [creating, setCreating] = useState(false)
  const { data, error, refetch } = useQuery(trpc.tokens.list.queryOptions())
  const refresh = () => void queryClient.invalidateQueries(trpc.tokens.list.queryFilter())
  return (
    <Panel
      title="API tokens"
      sub={data && data.length > 0 ? `${plural(data.length, 'token')}, those in force first` : undefined}
      actions={
        <Button variant="primary" size="small" onClick={() => setCreating(true)}>
          <KeyRound className="icon" aria-hidden="true" />
          Make token…
        </Button>
      }
    >
      {data ? (
        data.length === 0 ? (
          <Note kind="empty" title="No token yet">
            A token lets a program call the REST API with just the scopes it needs.
          </Note>
        ) : (
          <TokenTable tokens={data} onChanged={refresh} />
        )
      ) : error ? (
        <Failed
          title="The tokens did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      ) : (
        <SkeletonRows rows={3} widths={[160, 120, 60]} />
      )}
      {creating ? <CreateTokenDialog onClose={() => setCreating(false)} onCreated={refresh} /> : null}
    </Panel>
  )
}

function TokenTable({ tokens, onChanged }: { tokens: TokenView[]; onChanged: () => void }) {
  const [zone] = useZone()
  const now = useNow(10_000)
  return (
    <table className="table table-cards">
      <thead>
        <tr>
          <th>Token</th>
          <th>State</th>
          <th className="w-1/4">Scopes</th>
          <th>Expires</th>
          <th>Last used</th>
          <th>Made</th>
          <th>
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr key={token.id}>
            <td className="two-lines card-title -order-2">
              <span className="font-medium">{token.name}</span>
              <span className="second mono">{token.prefix}…</span>
            </td>
            <td data-label="State">{stateOf(token, now)}</td>
            <td className="text-text-2 whitespace-normal!" data-label="Scopes">
              {token.scopes.join(', ')}
            </td>
            <td className="text-text-2" data-label="Expires">
              {token.expiresAt === null ? 'never' : formatInstant(token.expiresAt, zone, 'date')}
            </td>
            <td className="text-text-2" data-label="Last used">
              {token.lastUsedAt === null
                ? 'never'
                : `${formatDuration(Math.max(0, now - token.lastUsedAt))} ago`}
            </td>
            <td className="two-lines text-text-2" data-label="Made">
              {made(token, zone)}
            </td>
            <td className="number -order-1 text-right!">
              <Revoke token={token} onChanged={onChanged} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function stateOf({ revokedAt, expiresAt }: TokenView, now: number) {
  if (revokedAt !== null) return <Tag status="unknown">revoked</Tag>
  if (expiresAt !== null && expiresAt <= now) return <Tag status="unknown">expired</Tag>
  return <span className="text-text-2">in force</span>
}

const made = ({ createdAt, createdBy }: TokenView, zone: Zone) => (
  <>
    {formatInstant(createdAt, zone, 'date')}
    <span className="second">by {createdBy}</span>
  </>
)

function Revoke({ token, onChanged }: { token: TokenView; onChanged: () => void }) {
  const trpc = useTRPC()
  const [sure, setSure] = useState(false)
  const revoke = useMutation(
    trpc.tokens.revoke.mutationOptions({
      onSuccess: () => {
        onChanged()
        showToast({ status: 'ok', text: `Token ${token.name} is revoked. Calls with it are refused now.` })
      },
      onError: (error) => showToast({ status: 'bad', text: `Not revoked. ${describeError(error).message}` }),
    }),
  )
  if (token.revokedAt !== null) return null
  if (!sure)
    return (
      <Button size="small" aria-label={`Revoke ${token.name}`} onClick={() => setSure(true)}>
        Revoke…
      </Button>
    )
  return (
    <span className="inline-flex items-center gap-1.5">
      <Button size="small" variant="quiet" onClick={() => setSure(false)}>
        Keep
      </Button>
      <Button
        size="small"
        variant="destructive"
        autoFocus
        aria-label={`Revoke ${token.name} for good`}
        aria-busy={revoke.isPending}
        onClick={() => revoke.mutate({ id: token.id })}
      >
        Revoke for good
      </Button>
    </span>
  )
}
