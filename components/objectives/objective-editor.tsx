'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { Button, Dialog, Problem, showToast } from '@/components/ui'
import type { ObjectiveSpec, ObjectiveView } from '@/server/api'
import { EditorFields } from './editor-fields'
import { EditorPreview, usePreview } from './editor-preview'
import { Field, TextInput } from './form'
import { objectiveHref } from './objective-table'
import { draftOf, emptyDraft, problemsOf, specOf } from './spec-draft'

const restMs = 500

interface ObjectiveEditorProps {
  /** Null: a new one. */
  view: ObjectiveView | null
  onClose: () => void
}

/** An objective as a form, beside what it would have shown on the history: saved only after that was seen. */
export function ObjectiveEditor({ view, onClose }: ObjectiveEditorProps) {
  const [draft, setDraft] = useState(() => (view ? draftOf(view) : emptyDraft('')))
  const [reason, setReason] = useState('')
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const router = useRouter()
  const params = useSearchParams()
  const isComposite = view !== null && view.sli === null
  const before = view ? plainSpec(view) : null
  const problems = problemsOf(draft, isComposite)
  const spec = Object.keys(problems).length === 0 ? specOf(draft, before) : null
  const rested = useRested(spec)
  const preview = usePreview(rested)
  const isSame = before !== null && JSON.stringify(spec) === JSON.stringify(before)
  const isSeen =
    spec !== null &&
    JSON.stringify(spec) === JSON.stringify(rested) &&
    preview.isSuccess &&
    !preview.isFetching
  const save = useMutation(
    trpc.objectives.save.mutationOptions({
      onSuccess: ({ view: saved, change }) => {
        void queryClient.invalidateQueries(trpc.objectives.pathFilter())
        showToast({
          status: 'ok',
          text:
            change === 'unchanged'
              ? 'It was the same already.'
              : `${saved.id} is in force as version ${saved.version}.`,
        })
        onClose()
        if (!view) router.push(objectiveHref(saved.id, params))
      },
    }),
  )
  const off =
    spec === null
      ? 'Some fields are not right yet; each says what it needs.'
      : isSame
        ? 'Nothing was changed.'
        : !isSeen
          ? 'The preview is on its way.'
          : reason.trim() === ''
            ? 'Say why: it goes into the audit trail.'
            : null
  return (
    <Dialog
      onClose={onClose}
      title={view ? `Edit ${view.id}` : 'New objective'}
      description={
        view?.source === 'definition' || view?.source === 'default'
          ? 'Saved here, it goes before what the pipeline’s definition says, until it is removed here.'
          : 'At the right: what it would have shown on the history there is.'
      }
    >
      <form
        className="contents"
        onSubmit={(event) => {
          event.preventDefault()
          if (off === null && spec) save.mutate({ spec, reason: reason.trim() })
        }}
      >
        <div className="dialog-body">
          <div className="dialog-main">
            <EditorFields
              draft={draft}
              problems={view === null && draft.name === '' ? withoutEmpty(problems) : problems}
              isNew={view === null}
              isComposite={isComposite}
              onChange={(change) => setDraft((held) => ({ ...held, ...change }))}
            />
          </div>
          <div className="dialog-side">
            <h3 className="dialog-heading">On the history</h3>
            <EditorPreview spec={rested} preview={preview} />
          </div>
        </div>
        <div className="dialog-foot">
          <div className="min-w-0 grow">
            <Field label="Reason">
              <TextInput value={reason} placeholder="Why it changes" onChange={setReason} />
            </Field>
            {save.error ? <Problem>{describeError(save.error).message}</Problem> : null}
          </div>
          <Button variant="primary" type="submit" off={off} aria-busy={save.isPending}>
            Save objective
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** Fields that nobody has come to yet need no warning. */
function withoutEmpty({
  name: _name,
  title: _title,
  owner: _owner,
  pipeline: _pipeline,
  ...others
}: ReturnType<typeof problemsOf>) {
  return others
}

function plainSpec(view: ObjectiveView): ObjectiveSpec {
  const { id, name, title, owner, sli, parts, target, window, budgeting, minTotal, urgency, labels } = view
  return { id, name, title, owner, sli, parts, target, window, budgeting, minTotal, urgency, labels }
}

/** What stood still for a moment: a preview for every key pressed would be wasted. */
function useRested(spec: ObjectiveSpec | null): ObjectiveSpec | null {
  const [rested, setRested] = useState(spec)
  const text = JSON.stringify(spec)
  useEffect(() => {
    const timer = setTimeout(() => setRested(JSON.parse(text) as ObjectiveSpec | null), restMs)
    return () => clearTimeout(timer)
  }, [text])
  return rested
}
