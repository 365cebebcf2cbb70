'use client'
import { useQuery } from '@tanstack/react-query'
import { describeError, useTRPC } from '@/components/data'
import { formatRange } from '@/components/format'
import { Button, Choice, Failed, Note, Tag } from '@/components/ui'
import { useMeasureName, useNow, useZone } from '@/components/view'
import { Bridge } from './bridge'
import { Contributions } from './contributions'
import { EventList } from './event-list'
import { ExplainSkeleton } from './explain-skeleton'
import type { ExplainTarget } from './explain-target'
import { keyName, shownMeasure, standing } from './explain-words'
import { Facts } from './facts'

interface ExplainCellProps {
  pipeline: string
  windowStart: number
  cellKey: string
  measure: string | null
  onChoose: (target: ExplainTarget) => void
}

/** One cell from its figure down to its events. */
export function ExplainCell({ pipeline, windowStart, cellKey, measure, onChoose }: ExplainCellProps) {
  const trpc = useTRPC()
  const [zone] = useZone()
  const [, setMeasure] = useMeasureName()
  const now = useNow(10_000)
  const found = useQuery(trpc.explain.cell.queryOptions({ name: pipeline, windowStart, key: cellKey }))
  if (found.error && !found.data)
    return (
      <Failed
        title="The explanation did not load"
        message={describeError(found.error).message}
        onRetry={() => void found.refetch()}
      />
    )
  if (found.data?.kind !== 'cell') return <ExplainSkeleton />
  const cell = found.data
  const shown = shownMeasure(cell.measures, measure)
  const { status, word } = standing(cell)
  return (
    <>
      <div className="drawer-section">
        <div className="flex items-center gap-2">
          <span className="truncate font-medium" title={cell.key}>
            {keyName(cell.key)}
          </span>
          <span className="whitespace-nowrap text-text-2">
            {formatRange(cell.windowStart, cell.windowEnd, zone, now)}
          </span>
          <span className="ml-auto flex-none">
            <Tag status={status}>{word}</Tag>
          </span>
        </div>
        {cell.measures.length > 1 && shown ? (
          <div className="mt-2 flex items-center gap-2">
            <Choice
              label="Measure explained"
              value={shown.name}
              options={cell.measures.map(({ name }) => ({ value: name, label: name }))}
              onChange={(next) => void setMeasure(next)}
            />
            <Button
              variant="quiet"
              size="small"
              onClick={() => onChoose({ from: windowStart, to: null, key: null })}
            >
              All keys of this window
            </Button>
          </div>
        ) : null}
      </div>
      {!cell.exists ? (
        <Note kind="empty" title={`Nothing of ${keyName(cell.key)} was counted in this window`}>
          Neither layer has counted, deferred or skipped an event of it. That is not a zero.
        </Note>
      ) : null}
      {shown && cell.exists ? (
        <>
          <Bridge cell={cell} measure={shown} zone={zone} now={now} />
          <Contributions cell={cell} measure={shown.name} />
        </>
      ) : null}
      <Facts cell={cell} zone={zone} now={now} measure={shown?.name ?? null} />
      <EventList cell={cell} zone={zone} now={now} />
    </>
  )
}
