'use client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { Button, Dialog, Problem, ReasonField } from '@/components/ui'

interface EditRunbookDialogProps {
  text: string
  onClose: () => void
  onSaved: () => void
}

/** The whole text; it is checked before it is in force, and the old version stays. */
export function EditRunbookDialog({ text: before, onClose, onSaved }: EditRunbookDialogProps) {
  const trpc = useTRPC()
  const [text, setText] = useState(before)
  const [reason, setReason] = useState('')
  const save = useMutation(trpc.runbooks.save.mutationOptions({ onSuccess: onSaved }))
  const off =
    text === before ? 'Nothing is changed yet.' : reason.trim() === '' ? 'Say why it is changed.' : null
  return (
    <Dialog
      onClose={onClose}
      title="Edit the runbook"
      description="Markdown with steps in fenced blocks named check, plan and note. One check is the gate."
    >
      <div className="flex min-h-0 flex-col gap-3 overflow-y-auto px-5 pb-4 max-[720px]:px-3">
        <textarea
          className="field mono min-h-[46vh]! text-small"
          aria-label="Text of the runbook"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <ReasonField value={reason} onChange={setReason} />
        {save.error ? <Problem>{describeError(save.error).message}</Problem> : null}
      </div>
      <div className="dialog-foot">
        <span className="grow" />
        <Button onClick={onClose}>Cancel</Button>
        <Button
          variant="primary"
          off={off}
          aria-busy={save.isPending}
          onClick={() => {
            if (!save.isPending) save.mutate({ text, reason: reason.trim() })
          }}
        >
          Put in force
        </Button>
      </div>
    </Dialog>
  )
}
