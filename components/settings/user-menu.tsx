'use client'
import { useMutation } from '@tanstack/react-query'
import { Ellipsis } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { plural } from '@/components/format'
import { Button, showToast } from '@/components/ui'
import type { UserListItem } from '@/server/api'
import { ChangeRoleDialog } from './change-role-dialog'
import { ResetPasswordDialog } from './reset-password-dialog'

/** What an admin may do with a person. */
export function UserMenu({ user, onChanged }: { user: UserListItem; onChanged: () => void }) {
  const trpc = useTRPC()
  const [dialog, setDialog] = useState<'role' | 'password' | null>(null)
  const onError = (error: unknown) =>
    showToast({ status: 'bad', text: `Not done. ${describeError(error).message}` })
  const update = useMutation(trpc.users.update.mutationOptions({ onError }))
  const end = useMutation(trpc.users.endSessions.mutationOptions({ onError }))
  const setDisabled = (disabled: boolean, isUndo = false) =>
    update.mutate(
      { id: user.id, disabled },
      {
        onSuccess: () => {
          onChanged()
          showToast({
            status: 'ok',
            text: `${user.email} is ${disabled ? 'disabled and signed out' : 'active again'}.`,
            ...(isUndo ? {} : { action: { label: 'Undo', onClick: () => setDisabled(!disabled, true) } }),
          })
        },
      },
    )
  const signOut = () =>
    end.mutate(
      { id: user.id },
      {
        onSuccess: ({ ended }) => {
          onChanged()
          showToast({ status: 'ok', text: `${user.email}: ${plural(ended, 'session')} ended.` })
        },
      },
    )
  return (
    <>
      <DropdownMenu.Root>
        <DropdownMenu.Trigger asChild>
          <Button variant="quiet" size="small" iconOnly aria-label={`Change ${user.email}`}>
            <Ellipsis className="icon" aria-hidden="true" />
          </Button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
            <DropdownMenu.Item className="menu-item" onSelect={() => setDialog('role')}>
              Change role…
            </DropdownMenu.Item>
            <DropdownMenu.Item className="menu-item" onSelect={() => setDialog('password')}>
              Reset password…
            </DropdownMenu.Item>
            <DropdownMenu.Item className="menu-item" onSelect={signOut}>
              Sign out everywhere
            </DropdownMenu.Item>
            <div className="menu-line" />
            <DropdownMenu.Item className="menu-item" onSelect={() => setDisabled(!user.disabled)}>
              {user.disabled ? 'Let in again' : 'Disable'}
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {dialog === 'role' ? (
        <ChangeRoleDialog user={user} onClose={() => setDialog(null)} onChanged={onChanged} />
      ) : null}
      {dialog === 'password' ? (
        <ResetPasswordDialog user={user} onClose={() => setDialog(null)} onChanged={onChanged} />
      ) : null}
    </>
  )
}
