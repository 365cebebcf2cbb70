'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { FileUp } from 'lucide-react'
import { useRef, useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { plural } from '@/components/format'
import { Button, Dialog, Problem, QuietGlyph, showToast } from '@/components/ui'
import type { OpenSloImport } from '@/server/api'
import { Field, TextInput } from './form'
import { goalWords } from './objective-words'

/** OpenSLO documents: first what they would change, then the import. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [text, setText] = useState('')
  const [reason, setReason] = useState('')
  const file = useRef<HTMLInputElement>(null)
  const look = useMutation(trpc.objectives.importOpenSlo.mutationOptions())
  const run = useMutation(
    trpc.objectives.importOpenSlo.mutationOptions({
      onSuccess: ({ objectives }) => {
        void queryClient.invalidateQueries(trpc.objectives.pathFilter())
        const changed = objectives.filter(({ change }) => change !== 'unchanged').length
        showToast({ status: 'ok', text: `${plural(changed, 'objective')} put in force.` })
        onClose()
      },
    }),
  )
  const found = look.data
  const changes = found?.objectives.some(({ change }) => change !== 'unchanged') ?? false
  const change = (next: string) => {
    setText(next)
    look.reset()
  }
  const off = !found
    ? 'Look at what it would change first.'
    : !changes
      ? 'It changes nothing.'
      : reason.trim() === ''
        ? 'Say why: it goes into the audit trail.'
        : null
  const problem = look.error ?? run.error
  return (
    <Dialog
      width="medium"
      onClose={onClose}
      title="Import OpenSLO"
      description="Documents of openslo/v1, one or several, as YAML or JSON."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (off === null) run.mutate({ text, dryRun: false, reason: reason.trim() })
        }}
      >
        <div className="flex max-h-[60vh] flex-col gap-3 overflow-auto px-5 pb-4 max-[720px]:px-3">
          <Field label="Documents">
            <textarea
              className="field mono h-44! font-normal"
              spellCheck={false}
              value={text}
              placeholder={'apiVersion: openslo/v1\nkind: SLO\nmetadata:\n  name: …'}
              onChange={(event) => change(event.target.value)}
            />
          </Field>
          <div className="flex gap-2">
            <input
              ref={file}
              type="file"
              className="sr-only"
              aria-label="OpenSLO file"
              tabIndex={-1}
              accept=".yaml,.yml,.json"
              onChange={(event) => void event.target.files?.[0]?.text().then(change)}
            />
            <Button size="small" onClick={() => file.current?.click()}>
              <FileUp className="icon" aria-hidden="true" />
              Choose file
            </Button>
            <span className="grow" />
            <Button
              size="small"
              off={text.trim() === '' ? 'Paste documents or choose a file.' : null}
              aria-busy={look.isPending}
              onClick={() => look.mutate({ text, dryRun: true, reason: 'look' })}
            >
              Show changes
            </Button>
          </div>
          {found ? <Found found={found} /> : null}
          {problem ? <Problem>{describeError(problem).message}</Problem> : null}
          <Field label="Reason">
            <TextInput value={reason} onChange={setReason} />
          </Field>
        </div>
        <div className="dialog-foot">
          <span className="grow" />
          <Button variant="primary" type="submit" off={off} aria-busy={run.isPending}>
            Import
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const changeWords = { created: 'new', changed: 'changes', unchanged: 'the same already' }

function Found({ found }: { found: OpenSloImport }) {
  return (
    <ul className="flex flex-col gap-1" aria-label="What it would change">
      {found.objectives.map(({ id, change, view }) => (
        <li key={id} className="flex gap-2">
          <QuietGlyph status={change === 'unchanged' ? 'unknown' : 'ok'} />
          <span className="min-w-0">
            <span className="font-medium">{id}</span>{' '}
            <span className="text-text-3">{changeWords[change]}</span>
            <span className="block text-small text-text-3">{goalWords(view)}</span>
          </span>
        </li>
      ))}
      {found.skipped.map((name) => (
        <li key={name} className="flex gap-2 text-text-3">
          <QuietGlyph status="unknown" /> {name}: valid, nothing to keep here
        </li>
      ))}
    </ul>
  )
}
