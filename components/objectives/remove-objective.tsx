'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { Button, Dialog, showToast } from '@/components/ui'
import { Field, FormProblem, TextInput } from './form'

/** Ends what was made in the console; what the definition says is in force again. */
export function RemoveObjective({ id, onClose }: { id: string; onClose: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const router = useRouter()
  const [reason, setReason] = useState('')
  const remove = useMutation(
    trpc.objectives.remove.mutationOptions({
      onSuccess: () => {
        void queryClient.invalidateQueries(trpc.objectives.pathFilter())
        showToast({ status: 'ok', text: `${id} is removed. Its history stays.` })
        router.push('/objectives')
      },
    }),
  )
  return (
    <Dialog
      width="medium"
      onClose={onClose}
      title={`Remove ${id}`}
      description="Where the pipeline’s definition or the defaults have one of this name, that one is in force again."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (reason.trim()) remove.mutate({ id, reason: reason.trim() })
        }}
      >
        <div className="flex flex-col gap-3 px-5 pb-4 max-[720px]:px-3">
          <Field label="Reason">
            <TextInput autoFocus value={reason} onChange={setReason} />
          </Field>
          {remove.error ? <FormProblem>{describeError(remove.error).message}</FormProblem> : null}
        </div>
        <div className="dialog-foot">
          <span className="grow" />
          <Button
            variant="destructive"
            type="submit"
            off={reason.trim() ? null : 'Say why.'}
            aria-busy={remove.isPending}
          >
            Remove objective
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
