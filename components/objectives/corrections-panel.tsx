'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CalendarPlus } from 'lucide-react'
import { useState } from 'react'
import { useRefusal } from '@/components/account'
import { useTRPC } from '@/components/data'
import { formatRange } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Note, Panel, showToast } from '@/components/ui'
import type { BudgetCorrectionView, ObjectiveDetail } from '@/server/api'
import { CorrectionDialog } from './correction-dialog'
import { RemoveDialog } from './remove-dialog'

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
      {dialog !== null && dialog !== 'add' ? <RemoveCorrection correction={dialog} onClose={close} /> : null}
    </Panel>
  )
}

function RemoveCorrection({
  correction,
  onClose,
}: {
  correction: BudgetCorrectionView
  onClose: () => void
}) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
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
    <RemoveDialog
      title="Remove correction"
      description="Its minutes count against the budget again."
      command="Remove correction"
      removal={{ ...remove, mutate: (reason) => remove.mutate({ id: correction.id, reason }) }}
      onClose={onClose}
    />
  )
}
