'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { useMe } from '@/components/account'
import { plural } from '@/components/format'
import { Button, Labelled, Panel, Problem, showToast } from '@/components/ui'

const shortest = 12
const empty = { current: '', next: '', again: '' }

export function PasswordPanel() {
  const trpc = useTRPC()
  const me = useMe()
  const queryClient = useQueryClient()
  const [fields, setFields] = useState(empty)
  const change = useMutation(
    trpc.auth.changePassword.mutationOptions({
      onSuccess: ({ ended }) => {
        setFields(empty)
        void queryClient.invalidateQueries(trpc.auth.sessions.queryFilter())
        const others = ended === 0 ? '' : ` ${plural(ended, 'other session')} ended.`
        showToast({ status: 'ok', text: `Your password is changed.${others}` })
      },
    }),
  )
  const off = offReason(fields)
  const field = (name: keyof typeof empty, autoComplete: string) => (
    <input
      className="field font-normal"
      type="password"
      autoComplete={autoComplete}
      maxLength={1_024}
      value={fields[name]}
      onChange={(event) => setFields({ ...fields, [name]: event.target.value })}
    />
  )
  return (
    <Panel title="Password" sub="of your own account">
      <form
        className="panel-body flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!off && !change.isPending) change.mutate({ current: fields.current, next: fields.next })
        }}
      >
        <input className="hidden" type="text" autoComplete="username" value={me.name} readOnly />
        <Labelled label="Current password">{field('current', 'current-password')}</Labelled>
        <Labelled label="New password" note={`At least ${shortest} characters.`}>
          {field('next', 'new-password')}
        </Labelled>
        <Labelled label="New password again">{field('again', 'new-password')}</Labelled>
        {change.error ? <Problem>{describeError(change.error).message}</Problem> : null}
        <div className="flex items-center gap-3">
          <Button type="submit" off={off} aria-busy={change.isPending}>
            Change password
          </Button>
          {off && fields.next !== '' ? <span className="text-small text-text-3">{off}</span> : null}
        </div>
      </form>
    </Panel>
  )
}

function offReason({ current, next, again }: typeof empty): string | null {
  if (current === '') return 'Type the current password.'
  if (next.length < shortest) return `The new one has fewer than ${shortest} characters.`
  return next === again ? null : 'The two new ones differ.'
}
