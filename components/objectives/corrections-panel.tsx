'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CalendarPlus } from 'lucide-react'
import { useState } from 'react'
import { useRefusal } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { formatRange } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Dialog, Note, Panel, showToast } from '@/components/ui'
import type { BudgetCorrectionView, ObjectiveDetail } from '@/server/api'
import { CorrectionDialog } from './correction-dialog'
import { Field, FormProblem, TextInput } from './form'

interface CorrectionsPanelProps {
  detail: ObjectiveDetail
  zone: Zone
  now: number
}

/** Planned work that leaves the budget alone, and stays to be seen. */
export function CorrectionsPanel({ detail, zone, now }: CorrectionsPanelProps) {
  const { corrections, view } = detail
  const [dialog, setDialog] = useState<'add' | BudgetCorrectionView | null>(null)
  const refusal = useRefusal('correct a budget')
  const close = () => setDialog(null)
  return (
    <Panel
      title="Budget corrections"
      sub="planned work that the budget does not count"
      actions={
        <Button size="small" off={refusal} onClick={() => setDialog('add')}>
          <CalendarPlus className="icon" aria-hidden="true" />
          Add…
        </Button>
      }
    >
      {corrections.length === 0 ? (
        <Note kind="empty" title="No correction">
          Minutes of announced work can be left out of the budget. They stay visible in the graph, with the
          reason.
        </Note>
      ) : (
        <table className="table table-cards">
          <thead>
            <tr>
              <th>When</th>
              <th>Reason</th>
              <th>Repeats</th>
              <th>By</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {corrections.map((correction) => (
              <tr key={correction.id}>
                <td data-label="When">{formatRange(correction.from, correction.to, zone, now)}</td>
                <td className="clip card-wide" style={{ width: '40%' }} title={correction.reason}>
                  <span className="text-text-3">{correction.category}:</span> {correction.reason}
                </td>
                <td className="text-text-2" data-label="Repeats">
                  {correction.recurrence ? `every ${correction.recurrence.every}` : 'no'}
                </td>
                <td className="text-text-2" data-label="By">
                  {correction.actor}
                </td>
                <td className="number">
                  <Button size="small" variant="quiet" off={refusal} onClick={() => setDialog(correction)}>
                    Remove…
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {dialog === 'add' ? <CorrectionDialog view={view} zone={zone} onClose={close} /> : null}
      {dialog !== null && dialog !== 'add' ? <RemoveDialog correction={dialog} onClose={close} /> : null}
    </Panel>
  )
}

function RemoveDialog({ correction, onClose }: { correction: BudgetCorrectionView; onClose: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [reason, setReason] = useState('')
  const remove = useMutation(
    trpc.objectives.removeCorrection.mutationOptions({
      onSuccess: () => {
        void queryClient.invalidateQueries(trpc.objectives.pathFilter())
        showToast({ status: 'ok', text: 'The correction is gone; its minutes count again.' })
        onClose()
      },
    }),
  )
  return (
    <Dialog
      width="medium"
      onClose={onClose}
      title="Remove correction"
      description="Its minutes count against the budget again."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (reason.trim()) remove.mutate({ id: correction.id, reason: reason.trim() })
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
            variant="primary"
            type="submit"
            off={reason.trim() ? null : 'Say why.'}
            aria-busy={remove.isPending}
          >
            Remove correction
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
