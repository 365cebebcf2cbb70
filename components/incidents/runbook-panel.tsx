'use client'
import { useMutation } from '@tanstack/react-query'
import { BookOpen } from 'lucide-react'
import Link from 'next/link'
import { parseAsString, useQueryState } from 'nuqs'
import { useRefusal } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import { RunView, scoreText } from '@/components/runbooks'
import { Button, Choice, Note, Panel, showToast } from '@/components/ui'
import type { IncidentDetail } from '@/server/api'

/** The runbook in place: offered, then carried out step by step with the incident's own windows. */
export function RunbookPanel({ incident, zone, now }: { incident: IncidentDetail; zone: Zone; now: number }) {
  const trpc = useTRPC()
  const refusal = useRefusal('carry out runbooks')
  const [chosen, setChosen] = useQueryState('run', parseAsString)
  const { runs, runbooks, id } = incident
  const open = runs.find(({ finishedAt }) => finishedAt === null)
  const shown = runs.find((run) => run.id === chosen) ?? open ?? runs[0] ?? null
  const start = useMutation(
    trpc.runbooks.start.mutationOptions({
      onSuccess: (run) => void setChosen(run.id),
      onError: (error) => showToast({ status: 'bad', text: describeError(error).message }),
    }),
  )
  const begin = (runbook: string) => {
    if (!start.isPending) start.mutate({ runbook, incidentId: id })
  }
  const runId = shown?.id ?? chosen
  const sign = incident.timeline.filter(({ source }) => source === 'runbook' || source === 'job').length
  return (
    <Panel
      title={shown?.title ?? 'Runbook'}
      sub={shown ? `version ${shown.version}` : 'steps with this incident’s windows filled in'}
      actions={
        runs.length > 1 && shown ? (
          <Choice
            label="Run"
            value={shown.id}
            options={runs.map((run) => ({
              value: run.id,
              label: `${run.title}, ${formatNear(run.startedAt, zone, now)}`,
              note: run.outcome ?? 'under way',
            }))}
            onChange={(next) => void setChosen(next)}
          />
        ) : null
      }
    >
      {runId ? <RunView runId={runId} sign={String(sign)} zone={zone} now={now} /> : null}
      {open && !runId ? null : (
        <div className={runId ? 'border-t border-line-faint' : ''}>
          {runbooks.length === 0 ? (
            <Note kind="empty" title="No runbook is written for this">
              Write one for its rule, or start with the incident checklist.
            </Note>
          ) : open ? null : (
            <ul>
              {runbooks.slice(0, 4).map((runbook, i) => (
                <li key={runbook.name} className="candidate">
                  <BookOpen className="icon mt-0.5 text-text-3" aria-hidden="true" />
                  <span className="min-w-0">
                    <Link className="font-medium hover:underline" href={`/runbooks/${runbook.name}`}>
                      {runbook.title}
                    </Link>
                    <span className="block text-small text-text-3">{scoreText(runbook)}</span>
                  </span>
                  <Button
                    size="small"
                    variant={i === 0 && !runId ? 'primary' : 'plain'}
                    off={refusal}
                    aria-busy={start.isPending}
                    onClick={() => begin(runbook.name)}
                  >
                    {runId ? 'Carry out' : i === 0 ? 'Start runbook' : 'Carry out'}
                  </Button>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </Panel>
  )
}
