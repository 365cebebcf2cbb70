'use client'
import { useMemo, useRef, useState } from 'react'
import { describeError } from '@/components/data'
import { csvRows, formatRange, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { figuresAt, Heatmap, HeatLegend } from '@/components/heatmap'
import type { Cell, CellBlock, HeatmapHandle } from '@/components/heatmap'
import { Button, causes, Failed, Note, Panel, PanelMenu, SkeletonBox } from '@/components/ui'
import type { Cause } from '@/components/ui'
import type { ApiRange } from '@/components/view'
import { CellTip } from './cell-tip'
import { storyOf, storyText } from './cell-words'
import { openAtOf, textsOf } from './grid-model'
import { usePipelinesGrid } from './use-grid'

interface PipelinesPanelProps {
  range: ApiRange
  cause: Cause | null
  stale: boolean
  zone: Zone
  now: number
  maxHeight: number
  /** One pipeline, over a stretch. */
  onOpen: (pipeline: string, range: { from: number; to: number }) => void
}

/** Pipelines × time: where to look first, over everything. */
export function PipelinesPanel(props: PipelinesPanelProps) {
  const { range, cause, zone, now } = props
  const map = useRef<HeatmapHandle>(null)
  const [cursor, setCursor] = useState<Cell | null>(null)
  const [block, setBlock] = useState<CellBlock | null>(null)
  const { grid, model, error, refetch, isPlaceholderData } = usePipelinesGrid(range, cause, now, true)
  const texts = useMemo(() => (model ? textsOf(model, zone) : null), [model, zone])
  const open = ({ row, col }: Cell, to = col + 1) => {
    const pipeline = model?.keys[row]
    if (!model || pipeline === undefined) return
    props.onOpen(pipeline, { from: model.from + col * model.stepMs, to: model.from + to * model.stepMs })
  }
  const openBlock = () => {
    const [row] = block ? [...block.rows] : []
    if (block && row !== undefined) open({ row, col: block.from }, block.to)
  }
  return (
    <Panel
      title="Largest relative error"
      sub="by pipeline and time, over all keys and measures; Enter opens a cell"
      stale={props.stale}
      actions={
        <PanelMenu
          name="divergence-of-pipelines"
          image={async () => (await map.current?.image()) ?? null}
          {...(model ? { csv } : {})}
        />
      }
    >
      <div className="panel-body" style={isPlaceholderData ? { opacity: 0.6 } : undefined}>
        {body()}
      </div>
    </Panel>
  )

  function body() {
    if (error && !grid)
      return (
        <Failed
          title="The heatmap did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      )
    if (!grid || !model || !texts) return <SkeletonBox height={220} />
    if (grid.rows.length === 0)
      return (
        <Note kind="empty" title="No pipeline yet">
          Apply a definition first: its windows are compared from its first batch run on.
        </Note>
      )
    return (
      <>
        <div className="selection-bar" {...(block ? {} : { 'data-empty': '' })}>
          <span className="selection-says">
            {block ? (
              <>
                <b>{plural(block.rows.size, 'pipeline')}</b>,{' '}
                {formatRange(
                  model.from + block.from * model.stepMs,
                  model.from + block.to * model.stepMs,
                  zone,
                  now,
                )}
              </>
            ) : (
              'Select a stretch of a pipeline to see its windows and keys.'
            )}
          </span>
          {block ? (
            <Button size="small" variant="primary" onClick={openBlock}>
              Open {model.keys[[...block.rows][0] ?? 0]}
            </Button>
          ) : null}
        </div>
        <Heatmap
          handle={map}
          prepared={model.prepared}
          texts={texts}
          label={`Largest relative error of ${plural(model.keys.length, 'pipeline')} over time`}
          size="legible"
          maxHeight={props.maxHeight}
          cursor={cursor}
          selection={block}
          onCursor={setCursor}
          onSelect={(next) => setBlock(next)}
          onOpen={open}
          describe={(cell) => storyText(storyOf(model, cell, model.stepMs), zone, now)}
          tip={(cell) => (
            <>
              <CellTip
                story={storyOf(model, cell, model.stepMs)}
                bands={model.bandsOfRow(cell.row)}
                zone={zone}
                now={now}
                grouped={false}
              />
              <div className="text-text-3">{whatAt(cell)}</div>
            </>
          )}
          openAt={openAtOf(model)}
        />
        <HeatLegend
          bands={model.bandsOfRow(0)}
          causes={causes.map((name) => ({ cause: name, cells: cellsOf(name) }))}
          has={{ waiting: true, inFlight: false, gaps: false }}
        />
      </>
    )
  }

  function whatAt({ row, col }: Cell): string {
    const shift = grid && model ? Math.round((model.from - grid.from) / model.stepMs) : 0
    const what = grid?.rows[row]?.worst.find((worst) => worst.col === col + shift)?.what
    return what ? `at ${what}` : ''
  }

  function cellsOf(name: Cause): number {
    const index = causes.indexOf(name)
    return model ? model.prepared.cells.causes.reduce((n, cause) => n + (cause === index ? 1 : 0), 0) : 0
  }

  function csv(): string {
    if (!model) return ''
    const rows = model.keys.flatMap((pipeline, row) =>
      Array.from({ length: model.cols }, (_, col) => {
        const figures = figuresAt(model.prepared.cells, row, col)
        return figures
          ? [
              pipeline,
              new Date(model.from + col * model.stepMs).toISOString(),
              figures.relative,
              figures.cause,
              whatAt({ row, col }),
            ]
          : null
      }).filter((line) => line !== null),
    )
    return csvRows([['pipeline', 'from', 'relative', 'cause', 'at'], ...rows])
  }
}
