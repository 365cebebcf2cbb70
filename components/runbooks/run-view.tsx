'use client'
import { useState } from 'react'
import { useRefusal } from '@/components/account'
import { describeError } from '@/components/data'
import { formatDuration, formatNear, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Failed, SkeletonRows } from '@/components/ui'
import type { Block, RunDetail } from '@/server/api'
import { Prose } from './markdown'
import { lastRuns, stepsOf } from './run-words'
import { StepCard } from './step-card'
import { useRun, type RunActs } from './use-run'

interface RunViewProps {
  runId: string
  /** Changes when somebody else may have gone on with it. */
  sign?: string
  zone: Zone
  now: number
}

/** A runbook being carried out: its text with the windows filled in, each step with what it found. */
export function RunView({ runId, sign, zone, now }: RunViewProps) {
  const { run, acts } = useRun(runId, sign)
  if (run.error)
    return (
      <Failed
        title="The run did not load"
        message={describeError(run.error).message}
        onRetry={() => void run.refetch()}
      />
    )
  if (!run.data) return <SkeletonRows rows={6} widths={[220, 120, 60]} />
  return (
    <>
      <RunHead run={run.data} acts={acts} zone={zone} now={now} />
      <RunbookBlocks blocks={run.data.blocks} run={run.data} acts={acts} zone={zone} now={now} />
    </>
  )
}

function RunHead({ run, acts, zone, now }: { run: RunDetail; acts: RunActs; zone: Zone; now: number }) {
  const [asks, setAsks] = useState(false)
  const refusal = useRefusal('end runs')
  const steps = stepsOf(run)
  const carried = new Set(run.steps.map(({ step }) => step)).size
  const variables = Object.entries(run.variables)
  return (
    <div className="run-head">
      <p className="min-w-0 grow">
        {run.outcome === null ? (
          <>
            {run.startedBy} began {formatNear(run.startedAt, zone, now, 'second')}. {carried} of{' '}
            {plural(steps.length, 'step')} carried out.
          </>
        ) : (
          <>
            <b className="font-medium">{outcomeWord(run.outcome)}</b> after{' '}
            {formatDuration((run.finishedAt ?? now) - run.startedAt)}
            {run.score === null ? '.' : `; ${Math.round(run.score * 100)} % of its checks passed at the end.`}
          </>
        )}
        <span className="run-variables">
          {variables.map(([name, value]) => (
            <span key={name}>
              {name} <span className="mono">{value}</span>
            </span>
          ))}
        </span>
      </p>
      {run.outcome === null && !asks ? (
        <Button size="small" variant="quiet" off={refusal} onClick={() => setAsks(true)}>
          End run…
        </Button>
      ) : null}
      {asks && run.outcome === null ? <EndForm acts={acts} onClose={() => setAsks(false)} /> : null}
    </div>
  )
}

function EndForm({ acts, onClose }: { acts: RunActs; onClose: () => void }) {
  const [says, setSays] = useState('')
  const off = says.trim() === '' ? 'Say why: the next reader learns from it.' : null
  return (
    <div className="step-note">
      <textarea
        className="field"
        aria-label="Why the run ends without its gate"
        placeholder="Why it ends without its gate"
        maxLength={1_000}
        autoFocus
        value={says}
        onChange={(event) => setSays(event.target.value)}
      />
      <span className="flex flex-wrap justify-end gap-2">
        <Button size="small" variant="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button size="small" off={off} onClick={() => acts.end('given up', says.trim())}>
          Give up
        </Button>
        <Button size="small" off={off} onClick={() => acts.end('not solved', says.trim())}>
          Not solved
        </Button>
      </span>
    </div>
  )
}

const outcomeWord = (outcome: NonNullable<RunDetail['outcome']>) =>
  ({ solved: 'Solved', 'not solved': 'Not solved', 'given up': 'Given up' })[outcome]

interface BlocksProps {
  blocks: readonly Block[]
  run: RunDetail | null
  acts: RunActs | null
  zone: Zone
  now: number
}

export function RunbookBlocks({ blocks, run, acts, zone, now }: BlocksProps) {
  const last = run ? lastRuns(run) : new Map<string, never>()
  const next = run?.finishedAt === null ? stepsOf(run).find(({ id }) => !last.has(id))?.id : undefined
  return (
    <div className="runbook">
      {blocks.map((block, i) =>
        block.kind === 'text' ? (
          <Prose key={i}>{block.markdown}</Prose>
        ) : (
          <StepCard
            key={block.step.id}
            step={block.step}
            run={run}
            acts={acts}
            last={last.get(block.step.id) ?? null}
            isNext={block.step.id === next}
            zone={zone}
            now={now}
          />
        ),
      )}
    </div>
  )
}
