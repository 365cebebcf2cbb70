'use client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { Button, Captioned, Dialog, Labelled, Problem, Segmented } from '@/components/ui'
import { currentTime } from '@/components/view'
import type { TokenView } from '@/server/api'
import { SecretText } from './secret-text'

type Scope = TokenView['scopes'][number]

const scopes: { value: Scope; says: string }[] = [
  { value: 'events:write', says: 'append events' },
  { value: 'read', says: 'read everything' },
  { value: 'pipelines:write', says: 'change pipelines and schemas' },
  { value: 'plans:write', says: 'make and apply plans, steer jobs' },
  { value: 'admin', says: 'everything, people and tokens too' },
]

const dayMs = 86_400_000
const lives = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
  { value: 'never', label: 'No end' },
] as const
type Life = (typeof lives)[number]['value']

interface CreateTokenDialogProps {
  onClose: () => void
  onCreated: () => void
}

export function CreateTokenDialog({ onClose, onCreated }: CreateTokenDialogProps) {
  const trpc = useTRPC()
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<Scope[]>(['read'])
  const [life, setLife] = useState<Life>('90')
  const create = useMutation(trpc.tokens.create.mutationOptions({ onSuccess: onCreated }))
  if (create.data)
    return (
      <Dialog
        width="medium"
        onClose={onClose}
        title={`Token ${create.data.name}`}
        description="Copy it now: it is shown this once and kept nowhere. Send it as Authorization: Bearer …"
      >
        <div className="px-5 pb-4 max-[720px]:px-3">
          <SecretText label="Token" secret={create.data.secret} />
        </div>
        <div className="dialog-foot">
          <span className="grow" />
          <Button variant="primary" onClick={onClose}>
            I have it
          </Button>
        </div>
      </Dialog>
    )
  const toggle = (scope: Scope) =>
    setChosen((before) =>
      before.includes(scope) ? before.filter((held) => held !== scope) : [...before, scope],
    )
  return (
    <Dialog
      width="medium"
      onClose={onClose}
      title="Make token"
      description="For a program: it may do what its scopes say, and nothing else."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (create.isPending || chosen.length === 0) return
          const expiresAt = life === 'never' ? null : currentTime() + Number(life) * dayMs
          create.mutate({ name: name.trim(), scopes: chosen, expiresAt })
        }}
      >
        <div className="flex flex-col gap-4 px-5 pb-4 max-[720px]:px-3">
          <Labelled label="Name" note="What it is for; the audit trail calls it by this name.">
            <input
              className="field font-normal"
              required
              autoFocus
              maxLength={100}
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </Labelled>
          <fieldset>
            <legend className="mb-1.5 font-medium">Scopes</legend>
            {scopes.map(({ value, says }) => (
              <label key={value} className="flex min-h-7 items-center gap-2">
                <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
                <span className="mono">{value}</span>
                <span className="text-text-3">{says}</span>
              </label>
            ))}
          </fieldset>
          <Captioned caption="Expires after">
            <Segmented label="Expires after" value={life} options={lives} onChange={setLife} />
          </Captioned>
          {create.error ? <Problem>{describeError(create.error).message}</Problem> : null}
        </div>
        <div className="dialog-foot">
          <span className="grow text-small text-text-3">
            {chosen.length === 0 ? 'Choose at least one scope.' : ''}
          </span>
          <Button
            variant="primary"
            type="submit"
            off={chosen.length === 0 ? 'A token without a scope may do nothing.' : null}
            aria-busy={create.isPending}
          >
            Make token
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
