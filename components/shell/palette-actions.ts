import {
  CirclePause,
  CirclePlay,
  FilePen,
  GitCompareArrows,
  History,
  RotateCcw,
  ShieldAlert,
  Undo2,
} from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import { publicationName, wholeWindows } from '@/components/plan-dialog'
import type { Draft, Layer } from '@/components/plan-dialog'
import type { PipelineListItem } from '@/server/api'

interface PaletteAction {
  id: string
  text: string
  icon: LucideIcon
  /** Other words it is found by. */
  keywords: string[]
  draft: Draft
}

const hourMs = 3_600_000

/** Every write of a pipeline, as the plan it opens. */
export function pipelineActions(
  { name, windowSizeMs, status }: PipelineListItem,
  paused: readonly Layer[],
  range: { from: number; to: number },
  now: number,
): PaletteAction[] {
  const windows = wholeWindows(range, windowSizeMs, now)
  const { publication } = status
  const action = (text: string, icon: LucideIcon, draft: Draft, keywords: string[] = []): PaletteAction => ({
    id: `${name} ${text}`,
    text,
    icon,
    keywords,
    draft,
  })
  const layer = (which: Layer) =>
    paused.includes(which)
      ? action(`Resume ${which} of ${name}…`, CirclePlay, { kind: 'resume', pipeline: name, layer: which })
      : action(
          `Pause ${which} of ${name}…`,
          CirclePause,
          { kind: 'pause', pipeline: name, layer: which, forMs: hourMs },
          ['stop', 'halt'],
        )
  return [
    action(`Backfill ${name}…`, History, { kind: 'backfill', pipeline: name, ...windows }, ['recompute']),
    action(`Reconcile ${name}…`, GitCompareArrows, { kind: 'reconcile', pipeline: name, ...windows }, [
      'compare',
    ]),
    ...(publication > 0
      ? [
          action(`Roll back ${name} to ${publicationName(publication - 1)}…`, Undo2, {
            kind: 'rollback',
            pipeline: name,
            to: { publication: publication - 1 },
          }),
        ]
      : []),
    layer('speed'),
    layer('batch'),
    action(`Restart speed of ${name}…`, RotateCcw, {
      kind: 'restart',
      pipeline: name,
      at: { cut: 'last' },
    }),
    action(`Quarantine a producer of ${name}…`, ShieldAlert, {
      kind: 'quarantine',
      pipeline: name,
      source: null,
    }),
    action(
      `Change the definition of ${name}…`,
      FilePen,
      { kind: 'definition', pipeline: name, change: null },
      ['edit', 'shadow'],
    ),
  ]
}
