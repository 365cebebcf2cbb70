'use client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { Button, Captioned, Dialog, Problem, Segmented } from '@/components/ui'

export type Act = 'snooze' | 'note' | 'escalate' | 'resolve'

const words: Record<Act, { title: string; says: string; label: string; button: string }> = {
  snooze: {
    title: 'Snooze the incident',
    says: 'Nobody is told meanwhile. If it still goes on then, the next step of the route is told.',
    label: 'Reason',
    button: 'Snooze',
  },
  note: {
    title: 'Write into the timeline',
    says: 'What you see, try or decide. It goes into the postmortem.',
    label: 'Note',
    button: 'Write',
  },
  escalate: {
    title: 'Escalate now',
    says: 'The next step of the route is told at once, and nobody counts as being on it any more.',
    label: 'Reason',
    button: 'Escalate',
  },
  resolve: {
    title: 'Resolve the incident',
    says: 'Only what no alert holds open is resolved by hand.',
    label: 'What ended it',
    button: 'Resolve',
  },
}

const spans = [
  { value: '30', label: '30 min' },
  { value: '60', label: '1 h' },
  { value: '240', label: '4 h' },
  { value: '720', label: '12 h' },
] as const
type Span = (typeof spans)[number]['value']

/** What people do with an incident, each with a word of why. */
export function ActDialog({ act, id, onClose }: { act: Act; id: number; onClose: () => void }) {
  const trpc = useTRPC()
  const [text, setText] = useState('')
  const [span, setSpan] = useState<Span>('60')
  const done = { onSuccess: onClose }
  const snooze = useMutation(trpc.incidents.snooze.mutationOptions(done))
  const note = useMutation(trpc.incidents.note.mutationOptions(done))
  const escalate = useMutation(trpc.incidents.escalate.mutationOptions(done))
  const resolve = useMutation(trpc.incidents.resolve.mutationOptions(done))
  const { title, says, label, button } = words[act]
  const mutation = { snooze, note, escalate, resolve }[act]
  const said = text.trim()
  const run = () => {
    if (mutation.isPending || said === '') return
    if (act === 'snooze') snooze.mutate({ id, minutes: Number(span), reason: said })
    if (act === 'note') note.mutate({ id, text: said })
    if (act === 'escalate') escalate.mutate({ id, reason: said })
    if (act === 'resolve') resolve.mutate({ id, says: said })
  }
  return (
    <Dialog width="medium" onClose={onClose} title={title} description={says}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          run()
        }}
      >
        <div className="flex flex-col gap-4 px-5 pb-4 max-[720px]:px-3">
          {act === 'snooze' ? (
            <Captioned caption="For">
              <Segmented label="Snooze for" value={span} options={spans} onChange={setSpan} />
            </Captioned>
          ) : null}
          <label className="flex flex-col gap-1.5 font-medium">
            {label}
            <textarea
              className="field font-normal"
              autoFocus
              maxLength={act === 'note' ? 4_000 : 1_000}
              value={text}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run()
              }}
            />
          </label>
          {mutation.error ? <Problem>{describeError(mutation.error).message}</Problem> : null}
        </div>
        <div className="dialog-foot">
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            type="submit"
            off={said === '' ? 'Say it in a few words.' : null}
            aria-busy={mutation.isPending}
          >
            {button}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
