'use client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, safeNext, useTRPC } from '@/components/data'
import { Button, Problem } from '@/components/ui'

export function SignInForm({ next }: { next: string | null }) {
  const trpc = useTRPC()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useMutation(
    trpc.auth.signIn.mutationOptions({
      // A whole page load: nothing of an earlier session stays in memory.
      onSuccess: () => location.assign(safeNext(next)),
    }),
  )
  const failure = signIn.error ? describeError(signIn.error) : null
  const busy = signIn.isPending || signIn.isSuccess
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (!busy) signIn.mutate({ email, password })
      }}
    >
      <label className="flex flex-col gap-1.5 font-medium">
        E-mail
        <input
          className="field"
          type="email"
          name="email"
          autoComplete="username"
          required
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          aria-invalid={failure?.code === 'unauthenticated'}
        />
      </label>
      <label className="flex flex-col gap-1.5 font-medium">
        Password
        <input
          className="field"
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          aria-invalid={failure?.code === 'unauthenticated'}
        />
      </label>
      {failure ? <Problem>{failure.message}</Problem> : null}
      <Button variant="primary" type="submit" className="sign-in-button" aria-busy={busy}>
        {busy ? 'Signing in' : 'Sign in'}
      </Button>
    </form>
  )
}
