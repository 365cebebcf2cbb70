'use client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { useConsoleFeed } from '@/components/live'
import { Button, Captioned, Choice, Dialog, Problem, Segmented } from '@/components/ui'

const severities = [
  { value: 'page', label: 'Page' },
  { value: 'ticket', label: 'Ticket' },
] as const

/** What people see and no rule does. */
export function StartIncidentDialog({
  onClose,
  onStarted,
}: {
  onClose: () => void
  onStarted: (id: number) => void
}) {
  const trpc = useTRPC()
  const { pipelines } = useConsoleFeed()
  const runbooks = useQuery(trpc.runbooks.list.queryOptions())
  const [title, setTitle] = useState('')
  const [says, setSays] = useState('')
  const [severity, setSeverity] = useState<'page' | 'ticket'>('page')
  const [chosen, setChosen] = useState<string[]>([])
  const [runbook, setRunbook] = useState('incident-checklist')
  const start = useMutation(trpc.incidents.start.mutationOptions({ onSuccess: ({ id }) => onStarted(id) }))
  const off = title.trim() === '' || says.trim() === '' ? 'Say what is wrong, and how it was seen.' : null
  const toggle = (name: string) =>
    setChosen((before) =>
      before.includes(name) ? before.filter((held) => held !== name) : [...before, name],
    )
  const known = runbooks.data?.some(({ name }) => name === runbook) ?? false
  return (
    <Dialog
      width="medium"
      onClose={onClose}
      title="Start an incident"
      description="For what you see and no alert does. The route of its severity is told; it ends when you resolve it."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (off || start.isPending) return
          start.mutate({
            title: title.trim(),
            severity,
            pipelines: chosen,
            says: says.trim(),
            runbook: known ? runbook : null,
          })
        }}
      >
        <div className="flex flex-col gap-4 px-5 pb-4 max-[720px]:px-3">
          <label className="flex flex-col gap-1.5 font-medium">
            What is wrong
            <input
              className="field font-normal"
              autoFocus
              maxLength={200}
              value={title}
              onChange={(event) => setTitle(event.target.value)}
            />
          </label>
          <label className="flex flex-col gap-1.5 font-medium">
            How it was seen
            <textarea
              className="field font-normal"
              maxLength={1_000}
              value={says}
              onChange={(event) => setSays(event.target.value)}
            />
          </label>
          <div className="flex flex-wrap items-end gap-6">
            <Captioned caption="Severity">
              <Segmented label="Severity" value={severity} options={severities} onChange={setSeverity} />
            </Captioned>
            <Captioned caption="Runbook">
              <Choice
                label="Runbook"
                value={runbook}
                options={(runbooks.data ?? []).map(({ name, title: label }) => ({ value: name, label }))}
                onChange={setRunbook}
              />
            </Captioned>
          </div>
          <fieldset>
            <legend className="mb-1.5 font-medium">Pipelines concerned</legend>
            <div className="flex flex-wrap gap-x-5">
              {(pipelines ?? []).map(({ name }) => (
                <label key={name} className="flex min-h-7 items-center gap-2">
                  <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
                  {name}
                </label>
              ))}
            </div>
          </fieldset>
          {start.error ? <Problem>{describeError(start.error).message}</Problem> : null}
        </div>
        <div className="dialog-foot">
          <span className="grow" />
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" off={off} aria-busy={start.isPending}>
            Start incident
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
