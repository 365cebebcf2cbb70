'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { parseAsInteger, parseAsString, useQueryState } from 'nuqs'
import { useState } from 'react'
import { useRefusal } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { formatDuration, formatNear } from '@/components/format'
import { PageHead } from '@/components/shell'
import { Button, Failed, Note, Panel, SkeletonRows, StripFigure, StripSkeleton } from '@/components/ui'
import { useNow, useZone } from '@/components/view'
import type { RunbookDetail } from '@/server/api'
import { EditRunbookDialog } from './edit-runbook-dialog'
import { RunList } from './run-list'
import { RunbookBlocks, RunView } from './run-view'
import { StartRunForm } from './start-run-form'

const labels = ['Solved', 'Usual time', 'Last run', 'Version'] as const

/** One runbook: its text, its steps, who carried it out and whether that helped. */
export function RunbookScreen({ name }: { name: string }) {
  const trpc = useTRPC()
  const cache = useQueryClient()
  const [zone] = useZone()
  const now = useNow(5_000)
  const [runId, setRunId] = useQueryState('run', parseAsString)
  const [version, setVersion] = useQueryState('version', parseAsInteger)
  const [starts, setStarts] = useState(false)
  const [edits, setEdits] = useState(false)
  const refusal = useRefusal('change runbooks')
  const found = useQuery(
    trpc.runbooks.get.queryOptions({ name, version }, { retry: false, staleTime: 5_000 }),
  )
  const runbook = found.data
  if (found.error)
    return (
      <>
        <PageHead title={name} forWhom="A runbook" />
        <Panel title="Runbook">
          <Failed
            title="The runbook did not load"
            message={describeError(found.error).message}
            onRetry={() => void found.refetch()}
          />
        </Panel>
      </>
    )
  return (
    <>
      <PageHead
        title={runbook?.title ?? name}
        forWhom={runbook?.summary ?? 'For the on-call.'}
        actions={
          <>
            <Button off={refusal} onClick={() => setEdits(true)}>
              Edit…
            </Button>
            <Button variant={runId ? 'plain' : 'primary'} off={refusal} onClick={() => setStarts(true)}>
              Carry out…
            </Button>
          </>
        }
      />
      {runbook ? <Figures runbook={runbook} zone={zone} now={now} /> : <StripSkeleton labels={labels} />}
      <div className="grid12">
        <div className="span-8 stack">
          {starts ? (
            <Panel
              title="Carry it out"
              sub="without an incident: a drill, or a look beforehand"
              actions={
                <Button size="small" variant="quiet" onClick={() => setStarts(false)}>
                  Close
                </Button>
              }
            >
              <StartRunForm
                runbook={name}
                zone={zone}
                onStarted={(run) => {
                  setStarts(false)
                  void setRunId(run.id)
                  void found.refetch()
                }}
              />
            </Panel>
          ) : null}
          {runId ? (
            <Panel
              title="Run"
              sub={runId.slice(0, 8)}
              actions={
                <Button size="small" variant="quiet" onClick={() => void setRunId(null)}>
                  Close
                </Button>
              }
            >
              <RunView runId={runId} zone={zone} now={now} />
            </Panel>
          ) : (
            <Panel
              title="Steps"
              sub={
                runbook && runbook.shown !== runbook.version
                  ? `version ${runbook.shown}, not in force`
                  : 'carried out in order; each keeps what it found'
              }
            >
              {runbook ? (
                <RunbookBlocks blocks={runbook.blocks} run={null} acts={null} zone={zone} now={now} />
              ) : (
                <SkeletonRows rows={8} widths={[260, 140, 60]} />
              )}
            </Panel>
          )}
        </div>
        <div className="span-4 stack">
          <Panel title="Runs" sub="newest first">
            {runbook && runbook.runs.length > 0 ? (
              <RunList runs={runbook.runs} zone={zone} now={now} onOpen={(id) => void setRunId(id)} />
            ) : (
              <Note kind="empty" title="Never carried out">
                An incident offers it by itself; a drill shows whether it is right before it is needed.
              </Note>
            )}
          </Panel>
          <Panel title="Versions" sub="newest first">
            <ul>
              {runbook?.versions.map((one) => (
                <li key={one.version} className="version-row">
                  <span className="text-text-3">{one.version}</span>
                  <span className="min-w-0">
                    {one.by}
                    <span className="block text-small text-text-3">
                      {formatNear(one.at, zone, now)}
                      {one.reason ? `, ${one.reason}` : ''}
                    </span>
                  </span>
                  <Button
                    size="small"
                    variant="quiet"
                    off={one.version === runbook.shown ? 'It is shown.' : null}
                    onClick={() => void setVersion(one.version === runbook.version ? null : one.version)}
                  >
                    Show
                  </Button>
                </li>
              ))}
            </ul>
          </Panel>
        </div>
      </div>
      {edits && runbook ? (
        <EditRunbookDialog
          text={runbook.text}
          onClose={() => setEdits(false)}
          onSaved={() => {
            setEdits(false)
            void setVersion(null)
            void cache.invalidateQueries({ queryKey: trpc.runbooks.pathKey() })
          }}
        />
      ) : null}
    </>
  )
}

function Figures({
  runbook,
  zone,
  now,
}: {
  runbook: RunbookDetail
  zone: Parameters<typeof formatNear>[1]
  now: number
}) {
  const { finished, solved, running, medianMs, lastRunAt, version, changedAt } = runbook
  const figures = [
    {
      label: labels[0],
      value: finished === 0 ? '–' : `${solved} of ${finished}`,
      note: running > 0 ? `${running} under way` : finished === 0 ? 'never carried out' : 'runs that ended',
    },
    {
      label: labels[1],
      value: medianMs === null ? '–' : formatDuration(medianMs),
      note: 'middle of the solved runs',
    },
    {
      label: labels[2],
      value: lastRunAt === null ? '–' : formatNear(lastRunAt, zone, now),
      note: lastRunAt === null ? 'none yet' : `${formatDuration(now - lastRunAt)} ago`,
    },
    { label: labels[3], value: String(version), note: `since ${formatNear(changedAt, zone, now)}` },
  ]
  return (
    <dl className="strip">
      {figures.map(({ label, value, note }) => (
        <StripFigure key={label} label={label} note={note}>
          {value}
        </StripFigure>
      ))}
    </dl>
  )
}
