'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { formatDuration, formatInstant, plural } from '@/components/format'
import { useMe } from '@/components/account'
import { Button, Failed, Panel, SkeletonRows, Tag } from '@/components/ui'
import { useNow, useZone } from '@/components/view'
import type { UserListItem } from '@/server/api'
import { AdminOnly } from './admin-only'
import { CreateUserDialog } from './create-user-dialog'
import { UserMenu } from './user-menu'

export function PeopleSection() {
  return (
    <AdminOnly title="People" what="see or change who may come in">
      <People />
    </AdminOnly>
  )
}

function People() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [creating, setCreating] = useState(false)
  const { data, error, refetch } = useQuery(trpc.users.list.queryOptions())
  const refresh = () => void queryClient.invalidateQueries(trpc.users.list.queryFilter())
  return (
    <Panel
      title="People"
      sub={data ? `${plural(data.length, 'account')}, by e-mail` : 'by e-mail'}
      actions={
        <Button variant="primary" size="small" onClick={() => setCreating(true)}>
          <UserPlus className="icon" aria-hidden="true" />
          Add person…
        </Button>
      }
      foot="A change of role, a new password and disabling end the person’s sessions, so that they hold at once."
    >
      {data ? (
        <PeopleTable users={data} onChanged={refresh} />
      ) : error ? (
        <Failed
          title="The people did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      ) : (
        <SkeletonRows rows={4} widths={[200, 80, 60]} />
      )}
      {creating ? <CreateUserDialog onClose={() => setCreating(false)} onCreated={refresh} /> : null}
    </Panel>
  )
}

function PeopleTable({ users, onChanged }: { users: UserListItem[]; onChanged: () => void }) {
  const [zone] = useZone()
  const now = useNow(10_000)
  const me = useMe()
  return (
    <table className="table table-cards">
      <thead>
        <tr>
          <th>Person</th>
          <th>Role</th>
          <th>State</th>
          <th>Sessions</th>
          <th>Added</th>
          <th>
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <tr key={user.id}>
            <td className="card-title -order-2 font-medium">
              {user.email}
              {user.email === me.name ? <span className="font-normal text-text-3"> (you)</span> : null}
            </td>
            <td data-label="Role">{user.role}</td>
            <td data-label="State">
              {user.disabled ? (
                <Tag status="unknown">disabled</Tag>
              ) : (
                <span className="text-text-2">active</span>
              )}
            </td>
            <td className="text-text-2" data-label="Sessions">
              {user.sessions === 0
                ? 'none'
                : `${user.sessions}, last used ${formatDuration(Math.max(0, now - (user.lastSeenAt ?? now)))} ago`}
            </td>
            <td className="text-text-2" data-label="Added">
              {formatInstant(user.createdAt, zone, 'date')}
            </td>
            <td className="number -order-1 text-right!">
              <UserMenu user={user} onChanged={onChanged} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
