'use client'
import { useMutation } from '@tanstack/react-query'
import { useRefusal } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { useOpenPlan } from '@/components/plan-dialog'
import { Button, showToast } from '@/components/ui'
import type { JobView } from '@/server/api'
import { isOpen, kindWord } from '@/components/job'

const pausable = new Set<JobView['kind']>(['scheduled', 'reconcile', 'backfill', 'preview', 'redrive'])

/** What can be done to an open job: let it stand still, let it go on, stop it. */
export function JobActions({ job }: { job: JobView }) {
  const trpc = useTRPC()
  const openPlan = useOpenPlan()
  const refusal = useRefusal('pause or cancel jobs')
  const name = `${kindWord(job.kind)} of ${job.pipeline}`
  const onError = (error: unknown) =>
    showToast({ status: 'bad', text: `Not done. ${describeError(error).message}` })
  const resume = useMutation(
    trpc.jobs.resume.mutationOptions({
      onSuccess: () => showToast({ status: 'ok', text: `${name}: goes on` }),
      onError,
    }),
  )
  const pause = useMutation(
    trpc.jobs.pause.mutationOptions({
      onSuccess: (paused) =>
        showToast({
          status: 'ok',
          text: `${name}: ${paused.status === 'queued' ? 'paused' : 'pauses after the range in hand'}`,
          durationMs: 12_000,
          action: { label: 'Undo', onClick: () => resume.mutate({ id: job.id }) },
        }),
      onError,
    }),
  )
  if (!isOpen(job)) return null
  const stopping = job.cancelRequested ? 'It is being stopped.' : null
  return (
    <span className="inline-flex gap-1.5">
      {!pausable.has(job.kind) ? null : job.pauseRequested ? (
        <Button
          size="small"
          off={refusal ?? stopping}
          aria-busy={resume.isPending}
          onClick={() => resume.mutate({ id: job.id })}
        >
          Resume
        </Button>
      ) : (
        <Button
          size="small"
          off={refusal ?? stopping}
          aria-busy={pause.isPending}
          onClick={() => pause.mutate({ id: job.id })}
        >
          Pause
        </Button>
      )}
      <Button
        size="small"
        off={refusal ?? stopping}
        onClick={() => openPlan({ kind: 'cancel', pipeline: job.pipeline, jobId: job.id })}
      >
        Cancel…
      </Button>
    </span>
  )
}
