'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useMe } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { formatBytes, formatCount } from '@/components/format'
import {
  Button,
  Failed,
  Labelled,
  Note,
  Panel,
  Problem,
  ReasonField,
  SkeletonRows,
  showToast,
} from '@/components/ui'
import type { Policy } from '@/server/api'
import { readBytes, readCells, writeBytes } from './policy-fields'

export function PolicySection() {
  const trpc = useTRPC()
  const { role } = useMe()
  const { data, error, refetch } = useQuery(trpc.policy.get.queryOptions())
  return (
    <div className="max-w-[720px]">
      <Panel title="Four eyes" sub="above which size a plan needs a second person">
        {data ? (
          <div className="panel-body flex flex-col gap-4">
            <p className="text-text-2">{inWords(data)}</p>
            {role === 'admin' ? (
              <PolicyForm key={JSON.stringify(data)} policy={data} />
            ) : (
              <div className="-mx-4">
                <Note kind="forbidden" title="You may not change the policy">
                  That needs the role admin; yours is {role}. Ask an admin.
                </Note>
              </div>
            )}
          </div>
        ) : error ? (
          <Failed
            title="The policy did not load"
            message={describeError(error).message}
            onRetry={() => void refetch()}
          />
        ) : (
          <SkeletonRows rows={4} widths={[240, 80]} />
        )}
      </Panel>
    </div>
  )
}

function inWords({ fourEyesCells, fourEyesBytes }: Policy): string {
  const bounds = [
    ...(fourEyesCells === null ? [] : [`touches more than ${formatCount(fourEyesCells)} cells`]),
    ...(fourEyesBytes === null ? [] : [`reads more than ${formatBytes(fourEyesBytes)} of the archive`]),
  ]
  if (bounds.length === 0)
    return 'No bound is set: whoever may apply a plan applies it alone, whatever its size.'
  return `A plan that ${bounds.join(' or ')} is applied only after another person has approved it.`
}

function PolicyForm({ policy }: { policy: Policy }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [cells, setCells] = useState(policy.fourEyesCells === null ? '' : String(policy.fourEyesCells))
  const [bytes, setBytes] = useState(writeBytes(policy.fourEyesBytes))
  const [reason, setReason] = useState('')
  const set = useMutation(
    trpc.policy.set.mutationOptions({
      onSuccess: (changed) => {
        queryClient.setQueryData(trpc.policy.get.queryKey(), changed)
        showToast({ status: 'ok', text: `Policy set. ${inWords(changed)}` })
      },
    }),
  )
  const read = { fourEyesCells: readCells(cells), fourEyesBytes: readBytes(bytes) }
  const off = offReason(read, policy, reason)
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        const { fourEyesCells, fourEyesBytes } = read
        if (off || fourEyesCells === 'invalid' || fourEyesBytes === 'invalid' || set.isPending) return
        set.mutate({ fourEyesCells, fourEyesBytes, reason: reason.trim() })
      }}
    >
      <div className="grid grid-cols-2 gap-4 max-[720px]:grid-cols-1">
        <Labelled label="Cells" note="Empty: no bound by cells.">
          <input
            className="field font-normal"
            inputMode="numeric"
            placeholder="no bound"
            value={cells}
            aria-invalid={read.fourEyesCells === 'invalid'}
            onChange={(event) => setCells(event.target.value)}
          />
        </Labelled>
        <Labelled label="Bytes of the archive" note="As 500 MB or 2 GB. Empty: no bound by bytes.">
          <input
            className="field font-normal"
            placeholder="no bound"
            value={bytes}
            aria-invalid={read.fourEyesBytes === 'invalid'}
            onChange={(event) => setBytes(event.target.value)}
          />
        </Labelled>
      </div>
      <ReasonField value={reason} onChange={setReason} />
      {set.error ? <Problem>{describeError(set.error).message}</Problem> : null}
      <div className="flex items-center gap-3">
        <Button variant="primary" type="submit" off={off} aria-busy={set.isPending}>
          Set policy
        </Button>
        {off ? <span className="text-small text-text-3">{off}</span> : null}
      </div>
    </form>
  )
}

type Read = Record<keyof Policy, number | null | 'invalid'>

function offReason(read: Read, policy: Policy, reason: string): string | null {
  if (read.fourEyesCells === 'invalid') return 'Cells is not a whole number above 0.'
  if (read.fourEyesBytes === 'invalid') return 'Bytes is not a size like 500 MB.'
  if (read.fourEyesCells === policy.fourEyesCells && read.fourEyesBytes === policy.fourEyesBytes)
    return 'Nothing is changed yet.'
  return reason.trim() === '' ? 'Give a reason first.' : null
}
