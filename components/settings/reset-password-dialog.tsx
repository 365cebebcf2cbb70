'use client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { Button, Dialog, Problem } from '@/components/ui'
import type { UserListItem } from '@/server/api'
import { SecretText } from './secret-text'
import { randomPassword } from './random-password'

interface ResetPasswordDialogProps {
  user: UserListItem
  onClose: () => void
  onChanged: () => void
}

export function ResetPasswordDialog({ user, onClose, onChanged }: ResetPasswordDialogProps) {
  const trpc = useTRPC()
  const [password] = useState(randomPassword)
  const update = useMutation(trpc.users.update.mutationOptions({ onSuccess: onChanged }))
  return (
    <Dialog
      width="small"
      onClose={onClose}
      title={`${update.data ? 'New password' : 'Reset password'} of ${user.email}`}
      description={
        update.data
          ? 'Hand over this password. It is shown this once; they change it under Settings.'
          : 'A new password is made. The old one stops working, and their sessions end.'
      }
    >
      {update.data || update.error ? (
        <div className="px-5 pb-4 max-[720px]:px-3">
          {update.data ? <SecretText label="Password" secret={password} /> : null}
          {update.error ? <Problem>{describeError(update.error).message}</Problem> : null}
        </div>
      ) : null}
      <div className="dialog-foot">
        <span className="grow" />
        {update.data ? (
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <Button
            variant="primary"
            aria-busy={update.isPending}
            onClick={() => update.mutate({ id: user.id, password })}
          >
            Reset password
          </Button>
        )}
      </div>
    </Dialog>
  )
}
