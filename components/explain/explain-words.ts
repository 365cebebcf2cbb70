import { formatMeasure } from '@/components/format'
import type { Cause, Status } from '@/components/ui'
import type { CellExplanation, ExplainedEvent, MeasureInfo } from '@/server/api'

/** A difference as exact decimal text always has a sign; zero has none. */
export function signedText(text: string): string {
  if (Number(text) === 0) return '0'
  return text.startsWith('-') ? formatMeasure(text) : `+${formatMeasure(text)}`
}

/** What a key is called where it stands alone. */
export const keyName = (key: string): string => (key === '' ? '(empty key)' : key)

/** The measure to open with: the one asked for, else the plain count, else the first. */
export function shownMeasure(measures: MeasureInfo[], asked: string | null | undefined): MeasureInfo | null {
  return (
    measures.find(({ name }) => name === asked) ??
    measures.find(({ kind, of }) => kind === 'count' && of === null) ??
    measures[0] ??
    null
  )
}

/** How settled the figure is, or who it waits for. */
export function standing(cell: CellExplanation): { status: Status; word: string } {
  if (!cell.exists) return { status: 'unknown', word: 'no value' }
  if (cell.comparisons[0]?.proposal) return { status: 'warn', word: 'waits for a person' }
  switch (cell.served.completeness) {
    case 'complete':
      return { status: 'ok', word: 'complete' }
    case 'provisional':
      return { status: 'unknown', word: 'provisional' }
    case 'partial':
      return { status: 'warn', word: 'partial' }
    case 'unavailable':
      return { status: 'bad', word: 'unavailable' }
  }
}

/** The sign of what happened to an event; null: nothing happened to it. */
export const causeByFate: Record<ExplainedEvent['fate'], Cause | null> = {
  counted: null,
  late: 'late',
  duplicate: 'duplicate',
  missed_duplicate: 'duplicate',
  filtered: null,
  unusable_key: 'invalid',
  hole: 'hole',
  unread: null,
  quarantined: 'hole',
}

/** The fate in a word or two, for a row. */
export const fateWord: Record<ExplainedEvent['fate'], string> = {
  counted: 'counted',
  late: 'late',
  duplicate: 'duplicate',
  missed_duplicate: 'duplicate',
  filtered: 'filtered',
  unusable_key: 'no usable key',
  hole: 'hole',
  unread: 'not read yet',
  quarantined: 'in quarantine',
}

export const countedByWord: Record<ExplainedEvent['countedBy'], string> = {
  both: 'both layers',
  speed: 'speed only',
  batch: 'batch only',
  neither: 'neither',
}
