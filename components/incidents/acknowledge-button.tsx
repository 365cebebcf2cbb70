'use client'
import { useMutation } from '@tanstack/react-query'
import { useRefusal } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { Button, showToast } from '@/components/ui'

interface AcknowledgeButtonProps {
  incidentId: number
  variant?: 'plain' | 'primary'
  size?: 'normal' | 'small'
}

/** Says that somebody is on it; nobody else is told then. */
export function AcknowledgeButton({ incidentId, variant = 'plain', size = 'small' }: AcknowledgeButtonProps) {
  const trpc = useTRPC()
  const refusal = useRefusal('acknowledge')
  const acknowledge = useMutation(
    trpc.incidents.acknowledge.mutationOptions({
      onSuccess: () =>
        showToast({ status: 'ok', text: 'You have it. Nobody else is told for now.', durationMs: 4_000 }),
      onError: (error) => showToast({ status: 'bad', text: describeError(error).message }),
    }),
  )
  return (
    <Button
      size={size}
      variant={variant}
      off={refusal}
      aria-busy={acknowledge.isPending}
      onClick={() => {
        if (!acknowledge.isPending) acknowledge.mutate({ id: incidentId })
      }}
    >
      Acknowledge
    </Button>
  )
}
