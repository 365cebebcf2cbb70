'use client'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { Button, Failed, Segmented, SkeletonBox } from '@/components/ui'
import type { DefinitionDraft } from './draft'
import { ProblemList } from './problem-list'
import type { PlanState } from './plan-state'
import { lineSpan } from './yaml-line'

const modes = [
  { value: 'definition', label: 'Put in force' },
  { value: 'shadow', label: 'Run in shadow' },
] as const
type Mode = (typeof modes)[number]['value']

interface DefinitionOptionsProps {
  draft: DefinitionDraft
  state: PlanState
  onPlan: (draft: DefinitionDraft) => void
}

/** The editor of a definition: what is wrong is told at its line; what is right becomes a plan. */
export function DefinitionOptions(props: DefinitionOptionsProps) {
  const trpc = useTRPC()
  const { pipeline, change } = props.draft
  const { data, error, refetch } = useQuery(trpc.pipelines.export.queryOptions({ name: pipeline }))
  const written = change && 'shadow' in change ? change.shadow : null
  const text = change && 'definition' in change ? change.definition : written
  if (error && !data && text === null)
    return (
      <Failed
        title="The definition did not load"
        message={describeError(error).message}
        onRetry={() => void refetch()}
      />
    )
  if (data === undefined && text === null) return <SkeletonBox height={320} />
  return <Editor {...props} start={text ?? data ?? ''} inForce={data ?? null} />
}

function Editor({
  draft,
  state,
  start,
  inForce,
  onPlan,
}: DefinitionOptionsProps & { start: string; inForce: string | null }) {
  const [text, setText] = useState(start)
  const [mode, setMode] = useState<Mode>(draft.change && 'shadow' in draft.change ? 'shadow' : 'definition')
  const field = useRef<HTMLTextAreaElement>(null)
  const planned = draft.change && mode in draft.change && Object.values(draft.change)[0] === text
  const problem =
    text.trim() === '' ? 'The definition is empty.' : text === inForce ? 'It is the one in force.' : null
  const select = (line: number) => {
    const { start: from, end } = lineSpan(text, line)
    field.current?.focus()
    field.current?.setSelectionRange(from, end)
    if (field.current) field.current.scrollTop = Math.max(0, line - 4) * 18
  }
  return (
    <form
      className="plan-options"
      aria-label="Options of the plan"
      onSubmit={(event) => {
        event.preventDefault()
        if (!problem)
          onPlan({ ...draft, change: mode === 'shadow' ? { shadow: text } : { definition: text } })
      }}
    >
      <textarea
        ref={field}
        className="field plan-editor"
        aria-label="Definition"
        spellCheck={false}
        rows={planned && state.at !== 'failed' ? 8 : 18}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {state.at === 'failed' && state.problems.length > 0 ? (
        <ProblemList problems={state.problems} text={text} onSelect={select} />
      ) : null}
      <div className="plan-row">
        <Segmented label="What to do with it" value={mode} options={modes} onChange={setMode} />
        <span className="text-small text-text-3">
          {mode === 'shadow' ? 'both layers compute it, nobody is served' : 'answers come from it'}
        </span>
        <span className="grow" />
        {problem ? <span className="text-small text-text-3">{problem}</span> : null}
        {planned && state.at !== 'failed' ? null : (
          <Button type="submit" off={problem}>
            Check and plan
          </Button>
        )}
      </div>
    </form>
  )
}
