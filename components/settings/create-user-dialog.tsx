'use client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { Button, Dialog, Labelled, Problem } from '@/components/ui'
import type { Me } from '@/server/api'
import { SecretText } from './secret-text'
import { randomPassword } from './random-password'
import { RoleChoice } from './role-choice'

interface CreateUserDialogProps {
  onClose: () => void
  onCreated: () => void
}

export function CreateUserDialog({ onClose, onCreated }: CreateUserDialogProps) {
  const trpc = useTRPC()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Me['role']>('viewer')
  const [password] = useState(randomPassword)
  const create = useMutation(trpc.users.create.mutationOptions({ onSuccess: onCreated }))
  if (create.data)
    return (
      <Dialog
        width="small"
        onClose={onClose}
        title={`${create.data.email} may come in`}
        description="Hand over this password. It is shown this once; they change it under Settings."
      >
        <div className="px-5 pb-4 max-[720px]:px-3">
          <SecretText label="Password" secret={password} />
        </div>
        <div className="dialog-foot">
          <span className="grow" />
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </Dialog>
    )
  return (
    <Dialog
      width="small"
      onClose={onClose}
      title="Add person"
      description="They sign in with e-mail and password."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!create.isPending) create.mutate({ email: email.trim(), role, password })
        }}
      >
        <div className="flex flex-col gap-4 px-5 pb-4 max-[720px]:px-3">
          <Labelled label="E-mail">
            <input
              className="field font-normal"
              type="email"
              required
              autoFocus
              autoComplete="off"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          </Labelled>
          <RoleChoice value={role} onChange={setRole} />
          {create.error ? <Problem>{describeError(create.error).message}</Problem> : null}
        </div>
        <div className="dialog-foot">
          <span className="grow text-small text-text-3">A password is made and shown next.</span>
          <Button variant="primary" type="submit" aria-busy={create.isPending}>
            Add person
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
