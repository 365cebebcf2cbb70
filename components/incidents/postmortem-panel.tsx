'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { FileDown } from 'lucide-react'
import { useState } from 'react'
import { useRefusal } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { formatDuration, formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Panel, QuietGlyph, Segmented, showToast } from '@/components/ui'
import type { IncidentDetail, PostmortemText } from '@/server/api'

type Field = Exclude<keyof PostmortemText, 'rootCauseKind'>

const kinds = [
  { value: 'code', label: 'Code' },
  { value: 'infra', label: 'Infra' },
  { value: 'data', label: 'Data' },
  { value: 'process', label: 'Process' },
] as const

interface PostmortemPanelProps {
  incident: IncidentDetail
  zone: Zone
  now: number
}

/** The review list: what the data says beside what people write; together they are the document. */
export function PostmortemPanel({ incident, zone, now }: PostmortemPanelProps) {
  const trpc = useTRPC()
  const cache = useQueryClient()
  const refusal = useRefusal('write postmortems')
  const { facts, editedAt, editedBy } = incident.postmortem
  const [edited, setEdited] = useState<PostmortemText | null>(null)
  const text = edited ?? incident.postmortem.text
  const save = useMutation(
    trpc.incidents.savePostmortem.mutationOptions({
      onSuccess: () => {
        setEdited(null)
        showToast({ status: 'ok', text: 'The postmortem is saved.', durationMs: 3_000 })
      },
    }),
  )
  const download = async () => {
    try {
      const { markdown } = await cache.query({
        ...trpc.incidents.postmortem.queryOptions({ id: incident.id }),
        staleTime: 0,
      })
      const link = document.createElement('a')
      link.href = URL.createObjectURL(new Blob([markdown], { type: 'text/markdown' }))
      link.download = `incident-${incident.id}.md`
      link.click()
      URL.revokeObjectURL(link.href)
    } catch (error) {
      showToast({ status: 'bad', text: describeError(error).message })
    }
  }
  const field = (name: Field, label: string, known: string) => (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label className="flex flex-col gap-1.5 font-medium">
        {label}
        <textarea
          className="field font-normal"
          maxLength={20_000}
          disabled={refusal !== null}
          value={text[name]}
          onChange={(event) => setEdited({ ...text, [name]: event.target.value })}
        />
      </label>
      <span className="text-small text-text-3">{known}</span>
    </div>
  )
  const span = (ms: number | null, none: string) => (ms === null ? none : formatDuration(ms))
  return (
    <Panel
      title="Postmortem"
      sub={
        editedAt === null ? 'filled from data' : `by ${editedBy ?? ''}, ${formatNear(editedAt, zone, now)}`
      }
      actions={
        <Button size="small" onClick={() => void download()}>
          <FileDown className="icon" aria-hidden="true" />
          Markdown
        </Button>
      }
    >
      <div className="postmortem">
        {field('summary', 'Summary', `From the data: ${incident.says || 'nothing'}`)}
        {field(
          'layer',
          'Which layer failed, and why',
          `From the data: ${facts.layer.name === 'none' ? '' : `${facts.layer.name}. `}${facts.layer.why}`,
        )}
        {field(
          'impact',
          'Impact',
          `From the data: detected after ${span(facts.timeToDetectMs, 'not known')}, reconciled after ${span(facts.timeToReconcileMs, 'not yet')}; ${facts.says.reconcile}`,
        )}
        <div className="flex flex-col gap-1.5">
          <span className="font-medium" aria-hidden="true">
            Kind of root cause
          </span>
          <span>
            <Segmented
              label="Kind of root cause"
              value={text.rootCauseKind}
              options={kinds}
              onChange={(rootCauseKind) => setEdited({ ...text, rootCauseKind })}
            />
          </span>
          {field('rootCause', 'Root cause', candidateText(incident))}
        </div>
        {field('remediation', 'Remediation: what is automated and tested now', runText(incident))}
        {field('actions', 'Actions', 'Who does what, until when.')}
        {field('lessons', 'What we learned', 'What went well, what did not, where we were lucky.')}
      </div>
      {edited ? (
        <div className="panel-foot items-center">
          {save.error ? (
            <span role="alert" className="flex gap-2 text-text-1">
              <QuietGlyph status="bad" />
              {describeError(save.error).message}
            </span>
          ) : (
            <span>Not saved yet.</span>
          )}
          <span className="ml-auto flex gap-2">
            <Button size="small" variant="quiet" onClick={() => setEdited(null)}>
              Discard
            </Button>
            <Button
              size="small"
              variant="primary"
              off={refusal}
              aria-busy={save.isPending}
              onClick={() => {
                if (!save.isPending) save.mutate({ id: incident.id, text })
              }}
            >
              Save postmortem
            </Button>
          </span>
        </div>
      ) : null}
    </Panel>
  )
}

const candidateText = ({ candidates }: IncidentDetail) =>
  candidates[0]
    ? `From the data: ${candidates[0].title}, ${candidates[0].says}`
    : 'The data offers no candidate.'

const runText = ({ runs }: IncidentDetail) =>
  runs.length === 0
    ? 'No runbook was carried out.'
    : `From the data: ${runs.map(({ runbook, outcome }) => `${runbook} ${outcome ?? 'under way'}`).join(', ')}.`
