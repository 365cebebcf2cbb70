'use client'
import { useState } from 'react'
import { describeError } from '@/components/data'
import { Button, Dialog, Problem } from '@/components/ui'
import { Field, TextInput } from './form'

interface RemoveDialogProps {
  title: string
  description: string
  /** What the button does, as a command. */
  command: string
  /** Cannot be had back. */
  isDestructive?: boolean
  removal: { mutate: (reason: string) => void; isPending: boolean; error: unknown }
  onClose: () => void
}

/** Asks why something goes, then lets it go. */
export function RemoveDialog({
  title,
  description,
  command,
  isDestructive = false,
  removal,
  onClose,
}: RemoveDialogProps) {
  const [reason, setReason] = useState('')
  return (
    <Dialog width="medium" onClose={onClose} title={title} description={description}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (reason.trim()) removal.mutate(reason.trim())
        }}
      >
        <div className="flex flex-col gap-3 px-5 pb-4 max-[720px]:px-3">
          <Field label="Reason">
            <TextInput autoFocus value={reason} onChange={setReason} />
          </Field>
          {removal.error ? <Problem>{describeError(removal.error).message}</Problem> : null}
        </div>
        <div className="dialog-foot">
          <span className="grow" />
          <Button
            variant={isDestructive ? 'destructive' : 'primary'}
            type="submit"
            off={reason.trim() ? null : 'Say why.'}
            aria-busy={removal.isPending}
          >
            {command}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
