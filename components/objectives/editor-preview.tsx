'use client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { LineChart } from '@/components/chart'
import { describeError, useTRPC } from '@/components/data'
import {
  formatCount,
  formatDuration,
  formatNear,
  formatPercent,
  formatShare,
  plural,
} from '@/components/format'
import { Failed, Note, SkeletonBox } from '@/components/ui'
import { useNow, useZone } from '@/components/view'
import type { ObjectivePreview, ObjectiveSpec } from '@/server/api'
import { drawBudget } from './budget-drawing'

const shownFires = 5

/** What the objective would have shown over the history there is: looked at before it is saved. */
export function usePreview(spec: ObjectiveSpec | null) {
  const trpc = useTRPC()
  return useQuery(
    trpc.objectives.preview.queryOptions(
      { spec: spec ?? placeholder },
      { enabled: spec !== null, placeholderData: keepPreviousData, retry: false, staleTime: 30_000 },
    ),
  )
}

/** Never asked for: the query needs an input while it is off. */
const placeholder: ObjectiveSpec = {
  id: 'none',
  name: 'none',
  title: 'none',
  owner: 'none',
  sli: null,
  parts: [{ id: 'none', weight: 1 }],
  target: 0.5,
  window: { kind: 'rolling', days: 1 },
  budgeting: { method: 'occurrences' },
  minTotal: 0,
  urgency: 'page',
  labels: {},
}

interface EditorPreviewProps {
  spec: ObjectiveSpec | null
  preview: ReturnType<typeof usePreview>
}

export function EditorPreview({ spec, preview }: EditorPreviewProps) {
  const { data, error, refetch, isFetching } = preview
  if (spec === null)
    return (
      <p className="text-text-3">What it would have shown is reckoned as soon as the fields are right.</p>
    )
  if (error)
    return (
      <Failed
        title="The preview was not made"
        message={describeError(error).message}
        onRetry={() => void refetch()}
      />
    )
  if (!data) return <SkeletonBox height={220} />
  return (
    <div className={isFetching ? 'opacity-60' : ''} aria-busy={isFetching}>
      <Previewed spec={spec} data={data} />
    </div>
  )
}

function Previewed({ spec, data }: { spec: ObjectiveSpec; data: ObjectivePreview }) {
  const [zone] = useZone()
  const now = useNow(60_000)
  if (data.basis === 'none')
    return (
      <Note kind="empty" title="No history to try it on">
        {data.says}
      </Note>
    )
  const { state, wouldFire } = data
  const pages = wouldFire.filter(({ severity }) => severity === 'page').length
  const drawing = drawBudget({
    detail: {
      view: { ...spec, pipeline: null, source: 'console', version: 0, state },
      graph: data.graph,
      days: [],
      episodes: [],
      corrections: [],
      restated: [],
      history: [],
    },
    knowledge: 'now',
    zoom: null,
    now,
  })
  return (
    <>
      <dl className="kv">
        <dt>Attained</dt>
        <dd className="font-medium">
          {state.now.attained === null ? 'no data' : `${formatShare(state.now.attained)} %`}
        </dd>
        <dt>Budget left</dt>
        <dd className={`font-medium ${(state.now.budgetLeft ?? 1) <= 0 ? 'text-bad' : ''}`}>
          {state.now.budgetLeft === null ? 'no data' : `${formatPercent(state.now.budgetLeft)} %`}
        </dd>
        <dt>Bad</dt>
        <dd>
          {formatCount(Math.round(state.now.total - state.now.good))} of{' '}
          {formatCount(Math.round(state.now.total))}
        </dd>
        <dt>Would have fired</dt>
        <dd className="font-medium">
          {wouldFire.length === 0
            ? 'never'
            : `${plural(pages, 'page')}, ${plural(wouldFire.length - pages, 'ticket')}`}
        </dd>
      </dl>
      <div className="mt-3">
        <LineChart
          label="Error budget it would have left"
          from={drawing.from}
          to={drawing.to}
          low={drawing.low}
          high={drawing.high}
          yTicks={drawing.yTicks}
          lines={drawing.lines.filter(({ look }) => look !== 'projection')}
          zone={zone}
          height={150}
        />
      </div>
      {wouldFire.length > 0 ? (
        <ul className="mt-2 text-small text-text-2">
          {wouldFire.slice(0, shownFires).map((fire) => (
            <li key={`${fire.pair} ${fire.from}`}>
              {fire.severity === 'page' ? 'Page' : 'Ticket'} at {formatNear(fire.from, zone, now)} for{' '}
              {formatDuration(fire.to - fire.from)}
            </li>
          ))}
          {wouldFire.length > shownFires ? (
            <li className="text-text-3">and {wouldFire.length - shownFires} more</li>
          ) : null}
        </ul>
      ) : null}
      <p className="mt-2 text-small text-text-3">{data.says}</p>
    </>
  )
}
