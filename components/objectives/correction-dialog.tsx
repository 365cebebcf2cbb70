'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { readInstant, writeInstant } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Dialog, InstantField, Problem, showToast } from '@/components/ui'
import { currentTime } from '@/components/view'
import type { ObjectiveView } from '@/server/api'
import { Field, Select, TextInput } from './form'

interface CorrectionDialogProps {
  view: ObjectiveView
  zone: Zone
  onClose: () => void
}

const hourMs = 3_600_000
const categories = ['planned work', 'outside hours', 'other'].map((value) => ({ value, label: value }))
const recurrences = [
  { value: 'never', label: 'once' },
  { value: 'day', label: 'every day' },
  { value: 'week', label: 'every week' },
  { value: 'month', label: 'every month' },
] as const
const scopes = [
  { value: 'objective', label: 'this objective' },
  { value: 'pipeline', label: 'all objectives of the pipeline' },
] as const

/** Leaves a stretch of time out of the budget, past or to come, once or again and again. */
export function CorrectionDialog({ view, zone, onClose }: CorrectionDialogProps) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [start] = useState(() => Math.ceil(currentTime() / hourMs) * hourMs)
  const [from, setFrom] = useState(() => writeInstant(start, zone))
  const [to, setTo] = useState(() => writeInstant(start + hourMs, zone))
  const [category, setCategory] = useState('planned work')
  const [every, setEvery] = useState<(typeof recurrences)[number]['value']>('never')
  const [scope, setScope] = useState<(typeof scopes)[number]['value']>('objective')
  const [reason, setReason] = useState('')
  const add = useMutation(
    trpc.objectives.addCorrection.mutationOptions({
      onSuccess: () => {
        void queryClient.invalidateQueries(trpc.objectives.pathFilter())
        showToast({ status: 'ok', text: 'These minutes leave the budget alone.' })
        onClose()
      },
    }),
  )
  const ends = { from: readInstant(from, zone), to: readInstant(to, zone) }
  const off =
    ends.from === null || ends.to === null
      ? 'Both ends need a date and a time.'
      : ends.from >= ends.to
        ? 'The start must be before the end.'
        : reason.trim() === ''
          ? 'Say what is planned.'
          : null
  return (
    <Dialog
      width="medium"
      onClose={onClose}
      title="Add budget correction"
      description="What happens in this time is not counted. It stays visible in the graph, and in the audit trail."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (off !== null || ends.from === null || ends.to === null) return
          add.mutate({
            pipeline: view.pipeline,
            objectives: scope === 'objective' || view.pipeline === null ? [view.id] : [],
            category,
            reason: reason.trim(),
            from: ends.from,
            to: ends.to,
            recurrence: every === 'never' ? null : { every, until: null },
          })
        }}
      >
        <div className="flex flex-col gap-3 px-5 pb-4 max-[720px]:px-3">
          <div className="flex flex-wrap gap-x-5 gap-y-2">
            <InstantField label="From" zone={zone} value={from} onChange={setFrom} />
            <InstantField label="To" zone={zone} value={to} onChange={setTo} />
            <span className="self-center text-small text-text-3">
              {zone === 'utc' ? 'in UTC' : 'in local time'}
            </span>
          </div>
          <div className="editor-fields">
            <Field label="Repeats">
              <Select value={every} options={recurrences} onChange={setEvery} />
            </Field>
            <Field label="Category">
              <Select value={category} options={categories} onChange={setCategory} />
            </Field>
            {view.pipeline === null ? null : (
              <Field label="For">
                <Select value={scope} options={scopes} onChange={setScope} />
              </Field>
            )}
          </div>
          <Field label="Reason">
            <TextInput
              value={reason}
              placeholder="Moving the database, announced on Monday"
              onChange={setReason}
            />
          </Field>
          {add.error ? <Problem>{describeError(add.error).message}</Problem> : null}
        </div>
        <div className="dialog-foot">
          <span className="grow" />
          <Button variant="primary" type="submit" off={off} aria-busy={add.isPending}>
            Add correction
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
