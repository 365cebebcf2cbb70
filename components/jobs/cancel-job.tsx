'use client'
import { useMutation } from '@tanstack/react-query'
import { useRefusal } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { Button, showToast } from '@/components/ui'
import type { JobView } from '@/server/api'
import { isOpen, kindWord } from './job-words'

/** Stops a queued or running job; what it has published stays. */
export function CancelJob({ job }: { job: JobView }) {
  const trpc = useTRPC()
  const refusal = useRefusal('cancel jobs')
  const cancel = useMutation(
    trpc.jobs.cancel.mutationOptions({
      onSuccess: () =>
        showToast({
          status: 'ok',
          text: `${kindWord(job.kind)} of ${job.pipeline}: stopping. What it published stays.`,
        }),
      onError: (error) =>
        showToast({ status: 'bad', text: `Not cancelled. ${describeError(error).message}` }),
    }),
  )
  if (!isOpen(job)) return null
  return (
    <Button
      size="small"
      off={refusal ?? (job.cancelRequested ? 'It is being stopped.' : null)}
      aria-busy={cancel.isPending}
      onClick={() => cancel.mutate({ id: job.id })}
    >
      Cancel
    </Button>
  )
}
