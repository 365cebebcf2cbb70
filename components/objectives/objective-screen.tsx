'use client'
import { FileDown, Pencil, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { useRefusal } from '@/components/account'
import { describeError } from '@/components/data'
import { isOld, liveness } from '@/components/live'
import { PageHead } from '@/components/shell'
import { Button, Failed, Note, SkeletonBox, StripSkeleton, Tag } from '@/components/ui'
import { keepView, useNow, useZone } from '@/components/view'
import type { ObjectiveDetail } from '@/server/api'
import { BudgetPanel } from './budget-panel'
import { BurnPanel } from './burn-panel'
import { CorrectionsPanel } from './corrections-panel'
import { DaysPanel } from './days-panel'
import { EpisodesPanel } from './episodes-panel'
import { HistoryPanel } from './history-panel'
import { ObjectiveEditor } from './objective-editor'
import { ObjectiveStrip } from './objective-strip'
import { goalWords, statusWords, windowWords } from './objective-words'
import { PartsPanel } from './parts-panel'
import { RemoveObjective } from './remove-objective'
import { RestatedPanel } from './restated-panel'
import { useObjective } from './use-objective'

const tiles = ['Objective', 'Attained', 'Error budget', 'Budget left', 'Burn, 1 h', 'Runs out in']

/** One promise: how much of its budget is left, what used it, and what would come. */
export function ObjectiveScreen({ id }: { id: string }) {
  const { detail, objectives, error, refetch, watch } = useObjective(id)
  const [zone] = useZone()
  const now = useNow(1_000)
  const params = useSearchParams()
  const isStale = detail !== null && isOld(liveness(watch.state, watch.lastAt, now))
  const described = error && !detail ? describeError(error) : null
  return (
    <>
      <PageHead
        title={
          <span className="font-normal text-text-3">
            <Link className="hover:underline" href={keepView('/objectives', params)}>
              Objectives
            </Link>{' '}
            / <span className="font-semibold text-text-1">{id}</span>
          </span>
        }
        tag={detail ? <StatusTag detail={detail} /> : null}
        forWhom={
          detail
            ? `For operators and owners. ${goalWords(detail.view)}, ${windowWords(detail.view.window)}; owner ${detail.view.owner}`
            : 'For operators and owners: how much of the error budget is left, and what used it.'
        }
        actions={detail ? <Actions detail={detail} /> : null}
      />
      {described ? (
        <section className="panel">
          {described.code === 'not_found' ? (
            <Note
              kind="empty"
              title={`There is no objective ${id}`}
              action={
                <Button size="small" asChild>
                  <Link href={keepView('/objectives', params)}>All objectives</Link>
                </Button>
              }
            >
              It was removed, or its pipeline was. The list shows those there are.
            </Note>
          ) : (
            <Failed
              title="The objective did not load"
              message={described.message}
              onRetry={() => void refetch()}
            />
          )}
        </section>
      ) : detail ? (
        <>
          <ObjectiveStrip view={detail.view} />
          <div className="grid12">
            <div className="stack span-8">
              <BudgetPanel detail={detail} zone={zone} now={now} isStale={isStale} />
              <BurnPanel view={detail.view} />
            </div>
            <div className="stack span-4">
              <RestatedPanel detail={detail} zone={zone} now={now} />
              <DaysPanel detail={detail} now={now} />
            </div>
            {detail.view.parts.length > 0 ? (
              <div className="stack span-12">
                <PartsPanel view={detail.view} objectives={objectives} now={now} />
              </div>
            ) : null}
            <div className="stack span-12">
              <EpisodesPanel detail={detail} zone={zone} now={now} />
            </div>
            <div className="stack span-6">
              <CorrectionsPanel detail={detail} zone={zone} now={now} />
            </div>
            <div className="stack span-6">
              <HistoryPanel detail={detail} zone={zone} now={now} />
            </div>
          </div>
        </>
      ) : (
        <ObjectiveSkeleton />
      )}
    </>
  )
}

function StatusTag({ detail }: { detail: ObjectiveDetail }) {
  const { status, word } = statusWords(detail.view.state?.status)
  return <Tag status={status}>{word}</Tag>
}

function Actions({ detail: { view } }: { detail: ObjectiveDetail }) {
  const [dialog, setDialog] = useState<'edit' | 'remove' | null>(null)
  const refusal = useRefusal('change objectives')
  const close = () => setDialog(null)
  return (
    <>
      {view.source === 'console' ? (
        <Button variant="quiet" off={refusal} onClick={() => setDialog('remove')}>
          <Trash2 className="icon" aria-hidden="true" />
          Remove…
        </Button>
      ) : null}
      <Button asChild>
        <a href={`/api/v1/slos/${encodeURIComponent(view.id)}/openslo`} download={`${view.id}.yaml`}>
          <FileDown className="icon" aria-hidden="true" />
          OpenSLO
        </a>
      </Button>
      <Button off={refusal} onClick={() => setDialog('edit')}>
        <Pencil className="icon" aria-hidden="true" />
        Edit…
      </Button>
      {dialog === 'edit' ? <ObjectiveEditor view={view} onClose={close} /> : null}
      {dialog === 'remove' ? <RemoveObjective id={view.id} onClose={close} /> : null}
    </>
  )
}

function ObjectiveSkeleton() {
  return (
    <>
      <StripSkeleton labels={tiles} />
      <div className="grid12">
        {(['span-8', 'span-4', 'span-8', 'span-4', 'span-12'] as const).map((span, i) => (
          <section key={i} className={`panel ${span}`}>
            <div className="panel-body pt-4">
              <SkeletonBox height={i < 2 ? 290 : 180} />
            </div>
          </section>
        ))}
      </div>
    </>
  )
}
