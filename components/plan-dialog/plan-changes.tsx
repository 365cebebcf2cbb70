'use client'
import { useState } from 'react'
import { formatBytes, formatCount, formatDuration, formatPercent, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Choice, Note, Segmented } from '@/components/ui'
import type { JobView, PlanView, PreviewDiff } from '@/server/api'
import { DiffCauses } from './diff-causes'
import { DiffCells } from './diff-cells'
import { DiffWindows } from './diff-windows'
import { PlanItems } from './plan-items'
import { PreviewProgress } from './preview-progress'

interface PlanChangesProps {
  plan: PlanView
  previewJob: JobView | null
  zone: Zone
  now: number
  /** Asks for the plan again, computed for real or not. */
  onPreview: (preview: boolean) => void
}

/** What will change: the difference computed on staged versions where there is one, else item by item. */
export function PlanChanges(props: PlanChangesProps) {
  const { plan, zone, now, onPreview } = props
  const { preview, items } = plan
  if (preview?.status === 'ready' && preview.diff)
    return <Diff diff={preview.diff} versions={preview.versions} zone={zone} now={now} />
  const isRecompute = plan.kind === 'backfill' || plan.kind === 'reconcile'
  return (
    <section aria-label="What will change" className="mb-4">
      <h3 className="dialog-heading">
        What will change{' '}
        <span className="ml-1 text-small font-normal text-text-3">{plural(items.length, 'item')}</span>
      </h3>
      {preview?.status === 'queued' || preview?.status === 'running' ? (
        <PreviewProgress job={props.previewJob} preview={preview} now={now} onSkip={() => onPreview(false)} />
      ) : null}
      {preview?.status === 'failed' ? (
        <div className="banner p-0!">
          <Note
            kind="failed"
            title="The difference was not computed"
            action={
              <Button size="small" onClick={() => onPreview(true)}>
                Compute again
              </Button>
            }
          >
            {preview.error ?? 'The job gives no reason.'} The plan can be applied without it.
          </Note>
        </div>
      ) : null}
      <PlanItems plan={plan} zone={zone} now={now} />
      {isRecompute &&
      !preview &&
      items.length > 0 &&
      plan.state === 'ready' &&
      plan.options.runAt === undefined ? (
        <p className="mt-3 flex flex-wrap items-center gap-x-3 gap-y-2 text-text-2">
          <span>Which cells change, and by how much, is known once it is computed.</span>
          <Button size="small" onClick={() => onPreview(true)}>
            Compute the difference
          </Button>
          <span className="text-small text-text-3">
            reads {formatBytes(plan.estimate.bytes)}, about {formatDuration(plan.estimate.seconds * 1_000)}
          </span>
        </p>
      ) : null}
    </section>
  )
}

const views = [
  { value: 'windows', label: 'Windows' },
  { value: 'cells', label: 'Cells' },
] as const

interface DiffProps {
  diff: PreviewDiff
  versions: number[]
  zone: Zone
  now: number
}

function Diff({ diff, versions, zone, now }: DiffProps) {
  const [view, setView] = useState<'windows' | 'cells'>('windows')
  const measures = measuresOf(diff)
  const [chosen, setMeasure] = useState<string | null>(null)
  const measure = chosen ?? measures[0] ?? ''
  return (
    <section aria-label="What will change" className="mb-4">
      <div className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-2">
        <h3 className="dialog-heading mb-0!">What will change</h3>
        <span className="text-small text-text-3">{summary(diff)}</span>
        <span className="grow" />
        {measures.length > 1 && view === 'windows' ? (
          <Choice
            label="Measure"
            value={measure}
            options={measures.map((name) => ({ value: name, label: name }))}
            onChange={setMeasure}
          />
        ) : null}
        <Segmented label="Difference by" value={view} options={views} onChange={setView} />
      </div>
      {diff.changed === 0 ? (
        <p className="py-2 text-text-2">
          Computed: every cell keeps its answer. Applying it moves the boundary and confirms them
          {versions.length > 0
            ? ` as ${versions
                .slice(0, 3)
                .map((n) => `v${formatCount(n)}`)
                .join(', ')}`
            : ''}
          .
        </p>
      ) : view === 'windows' ? (
        <DiffWindows diff={diff} measure={measure} zone={zone} now={now} />
      ) : (
        <DiffCells diff={diff} zone={zone} now={now} />
      )}
      <DiffCauses diff={diff} measure={measure} />
    </section>
  )
}

function measuresOf({ windows, causes }: PreviewDiff): string[] {
  const names = new Set(windows.flatMap(({ measures }) => Object.keys(measures)))
  const changed = [...names].filter((name) => Object.keys(causes[name] ?? {}).length > 0)
  return [...changed, ...[...names].filter((name) => !changed.includes(name))]
}

function summary({ cells, changed, beyond, drifting, inFlight }: PreviewDiff): string {
  const share = cells >= 100 && changed > 0 ? ` (${formatPercent(changed / cells)} %)` : ''
  const parts = [`${formatCount(changed)} of ${plural(cells, 'cell')}${share}`]
  if (beyond > 0) parts.push(`${formatCount(beyond)} beyond tolerance`)
  if (drifting > 0) parts.push(`${formatCount(drifting)} unexplained`)
  if (inFlight > 0) parts.push(`${formatCount(inFlight)} still open`)
  return parts.join(', ')
}
