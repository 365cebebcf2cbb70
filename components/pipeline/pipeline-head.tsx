'use client'
import { History, Undo2 } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useRefusal } from '@/components/account'
import { formatDuration } from '@/components/format'
import { useOpenPlan } from '@/components/plan-dialog'
import { PageHead } from '@/components/shell'
import { Button, Tag } from '@/components/ui'
import { keepView } from '@/components/view'
import type { PipelineInfo, PipelineStatus } from '@/server/api'

interface PipelineHeadProps {
  name: string
  info: PipelineInfo | null
  status: PipelineStatus | null
  /** The status is not confirmed any more. */
  old: boolean
  onRecompute: () => void
}

const words = { ok: 'Current', warn: 'Needs a look', bad: 'Bad', unknown: 'No data yet' } as const

export function PipelineHead({ name, info, status, old, onRecompute }: PipelineHeadProps) {
  const params = useSearchParams()
  const openPlan = useOpenPlan()
  const refusal = useRefusal('recompute or roll back')
  const publication = status?.publication ?? 0
  const nothingToUndo =
    publication === 0 ? 'Nothing was published yet, so there is nothing to go back to.' : null
  return (
    <PageHead
      title={
        <>
          <span className="font-normal text-text-3">
            <Link className="hover:underline" href={keepView('/pipelines', params)}>
              Pipelines
            </Link>{' '}
            /
          </span>{' '}
          {name}
        </>
      }
      tag={status ? <HealthTag health={status.health} old={old} /> : null}
      forWhom={info ? describe(info) : 'For operators.'}
      actions={
        <>
          {refusal ? <span className="text-small text-text-3">viewer: may look, not change</span> : null}
          <Button
            off={refusal ?? nothingToUndo}
            onClick={() =>
              openPlan({ kind: 'rollback', pipeline: name, to: { publication: publication - 1 } })
            }
          >
            <Undo2 className="icon" aria-hidden="true" />
            Roll back…
          </Button>
          <Button variant="primary" off={refusal} onClick={onRecompute}>
            <History className="icon" aria-hidden="true" />
            Recompute…
          </Button>
        </>
      }
    />
  )
}

function HealthTag({ health, old }: { health: PipelineStatus['health']; old: boolean }) {
  if (old) return <Tag status="unknown">Not known now</Tag>
  return <Tag status={health}>{words[health]}</Tag>
}

function describe({ title, windowSizeMs, key, owner, definitionVersion }: PipelineInfo): string {
  const keys = key.map((part) => part.replace(/^data\./, '')).join(' and ')
  const by = keys.length > 40 ? '' : ` by ${keys}`
  return `For operators. ${title}: ${formatDuration(windowSizeMs)} windows${by}; owner ${owner}; definition v${definitionVersion}`
}
