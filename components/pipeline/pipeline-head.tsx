'use client'
import { GitCompareArrows, History } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useRefusal } from '@/components/account'
import { formatDuration } from '@/components/format'
import type { Layer } from '@/components/plan-dialog'
import { PageHead } from '@/components/shell'
import { Button, Tag } from '@/components/ui'
import { keepView } from '@/components/view'
import type { PipelineInfo, PipelineStatus } from '@/server/api'
import { ActionsMenu } from './actions-menu'

interface PipelineHeadProps {
  name: string
  info: PipelineInfo | null
  status: PipelineStatus | null
  /** The status is not confirmed any more. */
  old: boolean
  /** Layers that stand still now. */
  paused: readonly Layer[]
  onRecompute: (kind: 'backfill' | 'reconcile') => void
}

const words = { ok: 'Current', warn: 'Needs a look', bad: 'Bad', unknown: 'No data yet' } as const

export function PipelineHead({ name, info, status, old, paused, onRecompute }: PipelineHeadProps) {
  const params = useSearchParams()
  const refusal = useRefusal('change anything here')
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
          <ActionsMenu name={name} publication={status?.publication ?? 0} paused={paused} refusal={refusal} />
          <Button off={refusal} onClick={() => onRecompute('reconcile')}>
            <GitCompareArrows className="icon" aria-hidden="true" />
            Reconcile…
          </Button>
          <Button variant="primary" off={refusal} onClick={() => onRecompute('backfill')}>
            <History className="icon" aria-hidden="true" />
            Backfill…
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
