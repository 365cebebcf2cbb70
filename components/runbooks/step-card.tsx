'use client'
import { CheckCheck, ListChecks, PenLine, Play } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { useRefusal } from '@/components/account'
import { formatNear, withInstants } from '@/components/format'
import type { Zone } from '@/components/format'
import { useConsoleFeed } from '@/components/live'
import { useOpenPlan } from '@/components/plan-dialog'
import { Button, Glyph } from '@/components/ui'
import { currentTime } from '@/components/view'
import type { RunDetail, Step, StepRun } from '@/server/api'
import { draftOfStep } from './draft-of-step'
import { outcomeStatus } from './run-words'
import type { RunActs } from './use-run'
import { Prose } from './markdown'

interface StepCardProps {
  step: Step
  /** Null: shown, not carried out. */
  run: RunDetail | null
  acts: RunActs | null
  last: StepRun | null
  /** The first step that has not been carried out. */
  isNext: boolean
  zone: Zone
  now: number
}

const icons = { check: ListChecks, plan: Play, note: PenLine }
const kindWords = { check: 'Check', plan: 'Plan', note: 'By hand' }

/** One step: what it is, what it found or did, and its button. */
export function StepCard({ step, run, acts, last, isNext, zone, now }: StepCardProps) {
  const Icon = step.isGate ? CheckCheck : icons[step.kind]
  const missing = run?.missing[step.id] ?? []
  return (
    <div className="step" data-outcome={last?.outcome} data-next={isNext} id={`step-${step.id}`}>
      <span className="step-sign">
        {last ? (
          <Glyph status={outcomeStatus(last.outcome)} label={last.outcome} />
        ) : (
          <Icon className="icon" aria-hidden="true" />
        )}
      </span>
      <div className="min-w-0">
        <p className="step-title">
          {step.title}
          <span className="step-kind">{step.isGate ? 'Gate' : kindWords[step.kind]}</span>
        </p>
        {last ? <Evidence last={last} run={run} zone={zone} now={now} /> : null}
        {step.kind === 'check' && step.otherwise !== null && last?.outcome !== 'passed' ? (
          <div className="step-otherwise">
            {last?.outcome === 'failed' ? null : <span className="text-text-3">If not: </span>}
            <Prose>{step.otherwise}</Prose>
          </div>
        ) : null}
        {step.kind === 'check' && run === null ? (
          <p className="text-small text-text-3">
            <span className="mono">{step.query}</span> expects <span className="mono">{step.expect}</span>
          </p>
        ) : null}
        {missing.length > 0 && step.kind === 'check' ? (
          <p className="text-small text-text-3">
            Needs {missing.join(', ')}, which nobody has given. Start a new run and give it.
          </p>
        ) : null}
      </div>
      {run && acts && run.finishedAt === null ? (
        <StepButtons step={step} run={run} acts={acts} last={last} isNext={isNext} />
      ) : null}
    </div>
  )
}

function Evidence({
  last,
  run,
  zone,
  now,
}: {
  last: StepRun
  run: RunDetail | null
  zone: Zone
  now: number
}) {
  const { evidence, actor, at, outcome } = last
  const says = typeof evidence.says === 'string' ? evidence.says : ''
  const job = run?.jobs.find(({ jobId }) => jobId === evidence.jobId)
  return (
    <>
      {says ? <p className="step-says">{withInstants(says, zone, now)}</p> : null}
      {typeof evidence.planId === 'string' ? (
        <p className="step-says">
          Applied by {String(evidence.appliedBy)}.{' '}
          {job ? (
            <Link className="link" href={`/jobs?job=${job.jobId}`}>
              Its job {job.status === 'running' ? `is at ${Math.round(job.progress * 100)} %` : job.status}
            </Link>
          ) : null}
          {job?.error ? `: ${job.error}` : ''}
        </p>
      ) : null}
      <p className="text-small text-text-3">
        {outcome === 'skipped' ? 'Skipped' : outcome === 'done' ? 'Done' : 'Looked into'} by {actor},{' '}
        {formatNear(at, zone, now, 'second')}
      </p>
    </>
  )
}

type ButtonsProps = Pick<StepCardProps, 'step' | 'last' | 'isNext'> & { run: RunDetail; acts: RunActs }

function StepButtons({ step, run, acts, last, isNext }: ButtonsProps) {
  const refusal = useRefusal('carry out runbooks')
  const [asks, setAsks] = useState<'done' | 'skipped' | null>(null)
  const { pipelines } = useConsoleFeed()
  const openPlan = useOpenPlan()
  const variant = isNext ? 'primary' : 'plain'
  const missing = run.missing[step.id] ?? []
  if (asks)
    return (
      <NoteForm
        outcome={asks}
        onClose={() => setAsks(null)}
        onSave={(says) => {
          acts.note(step.id, asks, says)
          setAsks(null)
        }}
      />
    )
  const draft = step.kind === 'plan' ? draftOfStep(step, pipelines ?? [], currentTime()) : null
  return (
    <div className="step-buttons">
      {step.kind === 'check' ? (
        <Button
          size="small"
          variant={variant}
          off={refusal ?? (missing.length > 0 ? `It needs ${missing.join(', ')}.` : null)}
          aria-busy={acts.checking === step.id}
          onClick={() => acts.check(step.id)}
        >
          {acts.checking === step.id ? 'Looking' : last ? 'Check again' : 'Check'}
        </Button>
      ) : null}
      {step.kind === 'plan' ? (
        <Button
          size="small"
          variant={variant}
          off={
            refusal ??
            (draft
              ? null
              : `It needs ${missing.join(', ') || 'a pipeline that is there'}. Do it from the pipeline’s page.`)
          }
          onClick={() => draft && openPlan(draft, (plan) => acts.recordPlan(step.id, plan.id))}
        >
          Open plan…
        </Button>
      ) : null}
      {step.kind === 'note' ? (
        <Button size="small" variant={variant} off={refusal} onClick={() => setAsks('done')}>
          Done…
        </Button>
      ) : null}
      {step.isGate || last ? null : (
        <Button size="small" variant="quiet" off={refusal} onClick={() => setAsks('skipped')}>
          Skip…
        </Button>
      )}
    </div>
  )
}

function NoteForm({
  outcome,
  onSave,
  onClose,
}: {
  outcome: 'done' | 'skipped'
  onSave: (says: string) => void
  onClose: () => void
}) {
  const [says, setSays] = useState('')
  const isEmpty = says.trim() === ''
  return (
    <form
      className="step-note"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isEmpty) onSave(says.trim())
      }}
    >
      <textarea
        className="field"
        aria-label={outcome === 'done' ? 'What was done' : 'Why it is skipped'}
        placeholder={outcome === 'done' ? 'What was done' : 'Why it is skipped'}
        maxLength={1_000}
        autoFocus
        value={says}
        onChange={(event) => setSays(event.target.value)}
      />
      <span className="flex justify-end gap-2">
        <Button size="small" variant="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button
          size="small"
          variant="primary"
          type="submit"
          off={isEmpty ? 'Say it in a few words: it is kept as evidence.' : null}
        >
          {outcome === 'done' ? 'Mark done' : 'Skip step'}
        </Button>
      </span>
    </form>
  )
}
