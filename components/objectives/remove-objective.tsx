'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTRPC } from '@/components/data'
import { showToast } from '@/components/ui'
import { RemoveDialog } from './remove-dialog'

/** Ends what was made in the console; what the definition says is in force again. */
export function RemoveObjective({ id, onClose }: { id: string; onClose: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const router = useRouter()
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
    <RemoveDialog
      title={`Remove ${id}`}
      description="Where the pipeline’s definition or the defaults have one of this name, that one is in force again."
      command="Remove objective"
      isDestructive
      removal={{ ...remove, mutate: (reason) => remove.mutate({ id, reason }) }}
      onClose={onClose}
    />
  )
}
