'use client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { Button, Dialog, Problem, showToast } from '@/components/ui'
import type { UserListItem } from '@/server/api'
import { RoleChoice } from './role-choice'

interface UserDialogProps {
  user: UserListItem
  onClose: () => void
  onChanged: () => void
}

export function ChangeRoleDialog({ user, onClose, onChanged }: UserDialogProps) {
  const trpc = useTRPC()
  const [role, setRole] = useState(user.role)
  const update = useMutation(
    trpc.users.update.mutationOptions({
      onSuccess: (changed) => {
        onChanged()
        onClose()
        showToast({ status: 'ok', text: `${changed.email} is ${changed.role} now.` })
      },
    }),
  )
  return (
    <Dialog
      width="small"
      onClose={onClose}
      title={`Role of ${user.email}`}
      description={`Now: ${user.role}.`}
    >
      <div className="flex flex-col gap-4 px-5 pb-4 max-[720px]:px-3">
        <RoleChoice value={role} onChange={setRole} />
        {update.error ? <Problem>{describeError(update.error).message}</Problem> : null}
      </div>
      <div className="dialog-foot">
        <span className="grow text-small text-text-3">Their sessions end; they sign in again.</span>
        <Button
          variant="primary"
          off={role === user.role ? `It is ${role} already.` : null}
          aria-busy={update.isPending}
          onClick={() => update.mutate({ id: user.id, role })}
        >
          Change role
        </Button>
      </div>
    </Dialog>
  )
}
