import { formatMeasure, formatPercent, formatRange, formatSigned } from '@/components/format'
import type { Zone } from '@/components/format'
import { figuresAt, kindAt, stateAt } from '@/components/heatmap'
import type { Cell, CellFigures } from '@/components/heatmap'
import type { GridModel } from './grid-model'

export interface CellStory {
  key: string
  /** The window, or the one the figures are of. */
  from: number
  to: number
  figures: CellFigures | null
  /** What there is to know beside the figures. */
  says: string
}

const ofState = {
  in_flight: 'in flight: lateness still held the window open at the cut',
  awaiting: 'awaiting batch',
  uncompared: 'not compared: its version is older than comparisons',
}
const ofKind = {
  none: 'no events',
  equal: 'speed and batch agree',
  corrected: 'corrected: batch answers',
  open: 'open: not published',
  partial: 'partial: a hole touches the window',
  in_flight: 'in flight',
  waiting: 'awaiting batch',
}

export function storyOf(model: GridModel, { row, col }: Cell, windowSizeMs: number): CellStory {
  const { cells } = model.prepared
  const state = stateAt(cells, col)
  const figures = figuresAt(cells, row, col)
  const start = model.from + col * model.stepMs
  const grouped = figures !== null && model.stepMs > windowSizeMs
  const from = grouped ? start + figures.offset * windowSizeMs : start
  return {
    key: model.rows[row] ?? '',
    from,
    to: from + (grouped ? windowSizeMs : model.stepMs),
    figures,
    says: state === 'compared' ? ofKind[kindAt(cells, row, col)] : ofState[state],
  }
}

/** "ORD, 10:05 to 10:10: served 4,212, batch 4,418, −4.66 %, mostly late; corrected". */
export function storyText(story: CellStory, zone: Zone, now: number): string {
  const { key, figures } = story
  const where = `${key}, ${formatRange(story.from, story.to, zone, now)}`
  if (!figures) return `${where}: ${story.says}.`
  return `${where}: served ${formatMeasure(figures.speed)}, batch ${formatMeasure(figures.batch)}, ${relativeText(figures)}, mostly ${figures.cause}; ${story.says}.`
}

/** A tolerance as it was written: 0.1, not 0.10. */
export const percentText = (share: number): string => String(Number((share * 100).toPrecision(3)))

/** −4.66 %; where batch found nothing there is no share to tell. */
export function relativeText({
  speed,
  batch,
  relative,
}: Pick<CellFigures, 'speed' | 'batch' | 'relative'>): string {
  if (batch === null || batch === 0) return 'batch found none'
  const sign = (speed ?? 0) < batch ? -1 : 1
  return `${formatSigned(sign * relative, formatPercent)} %`
}
