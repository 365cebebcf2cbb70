'use client'
import { useQuery } from '@tanstack/react-query'
import { describeError, useTRPC } from '@/components/data'
import { Failed } from '@/components/ui'
import { ChooseKey } from './choose-key'
import { ChooseWindow } from './choose-window'
import { ExplainCell } from './explain-cell'
import { ExplainDrawer } from './explain-drawer'
import { ExplainSkeleton } from './explain-skeleton'

interface ExplainPanelProps {
  pipeline: string
  windowStart: number
  /** Further than one window: the windows are listed first. Null: the window that starts at `windowStart`. */
  windowEnd: number | null
  /** Null: all keys together, listed first. */
  cellKey: string | null
  measure?: string | null
  /** Another figure is to be explained: a window or a key was chosen. */
  onChoose: (target: { from: number; to: number | null; key: string | null }) => void
  onClose: () => void
}

/** Explain this number: what it is made of, why the layers differ, and the very events behind it. */
export function ExplainPanel(props: ExplainPanelProps) {
  const { pipeline, windowStart, windowEnd, cellKey, measure, onChoose, onClose } = props
  const trpc = useTRPC()
  const info = useQuery(trpc.pipelines.get.queryOptions({ name: pipeline }))
  const size = info.data?.windowSizeMs ?? null
  const severalWindows = windowEnd !== null && size !== null && windowEnd - windowStart > size
  const title = severalWindows
    ? 'Explain: choose a window'
    : cellKey === null
      ? 'Explain: choose a key'
      : 'Explain this cell'
  return (
    <ExplainDrawer title={title} onClose={onClose}>
      {info.error && !info.data ? (
        <Failed
          title={`The pipeline ${pipeline} did not load`}
          message={describeError(info.error).message}
          onRetry={() => void info.refetch()}
        />
      ) : size === null ? (
        <ExplainSkeleton />
      ) : severalWindows ? (
        <ChooseWindow
          pipeline={pipeline}
          from={windowStart}
          to={windowEnd}
          cellKey={cellKey}
          measure={measure ?? null}
          windowSizeMs={size}
          onChoose={onChoose}
        />
      ) : cellKey === null ? (
        <ChooseKey
          pipeline={pipeline}
          windowStart={windowStart}
          measure={measure ?? null}
          onChoose={onChoose}
        />
      ) : (
        <ExplainCell
          key={`${windowStart}~${cellKey}`}
          pipeline={pipeline}
          windowStart={windowStart}
          cellKey={cellKey}
          measure={measure ?? null}
          onChoose={onChoose}
        />
      )}
    </ExplainDrawer>
  )
}
