import { compactFigure, formatDuration } from '@/components/format'
import type { Figure } from '@/components/format'
import type { Status } from '@/components/ui'
import type { AlertGroup, BacklogRow, SpeedDiagnosis } from '@/server/api'

export const diagnosisWords: Record<SpeedDiagnosis, { word: string; status: Status }> = {
  poison: { word: 'Poison', status: 'bad' },
  wedged: { word: 'Wedged', status: 'bad' },
  unattended: { word: 'Unattended', status: 'bad' },
  behind: { word: 'Behind', status: 'warn' },
  paused: { word: 'Paused', status: 'warn' },
  no_data: { word: 'No data', status: 'unknown' },
  current: { word: 'Current', status: 'ok' },
}

/** "all 16", "p3", "p0, p1 and 6 more". */
export function partitionsText({ partitions, isWhole }: Pick<BacklogRow, 'partitions' | 'isWhole'>): string {
  if (isWhole) return partitions.length === 1 ? 'p0' : `all ${partitions.length}`
  const named = partitions.slice(0, 3).map((partition) => `p${partition}`)
  const rest = partitions.length - named.length
  return rest > 0 ? `${named.join(', ')} and ${rest} more` : named.join(', ')
}

const never: Partial<Record<SpeedDiagnosis, string>> = {
  poison: 'never, until quarantined',
  wedged: 'never, until restarted',
  unattended: 'never, until a worker takes it',
  paused: 'never, until resumed',
}

/** When nothing waits any more. */
export function caughtUpText({ diagnosis, events, catchUpAt }: BacklogRow, now: number): string {
  if (events === 0) return '–'
  const stands = never[diagnosis]
  if (stands !== undefined) return stands
  if (catchUpAt !== null) return formatDuration(Math.max(0, catchUpAt - now))
  return diagnosis === 'current' ? '–' : 'not at this rate'
}

/** 305 /s, 21.8 k/s. */
export function rateFigure(perS: number): Figure {
  if (perS > 0 && perS < 0.05) return { value: '< 0.1', unit: '/s' }
  const { value, unit } = compactFigure(perS < 100 ? Math.round(perS * 10) / 10 : Math.round(perS))
  return { value, unit: `${unit}/s` }
}

/** The backlog that an alert of the speed layer is about: on a phone it stands in the alert and nowhere else. */
export const backlogOf = (
  group: Pick<AlertGroup, 'cause'>,
  rows: readonly BacklogRow[],
): BacklogRow | undefined => rows.find(({ pipeline }) => group.cause === `speed:${pipeline}`)

/** Rows that need a person, and those that do not. */
export function split(rows: readonly BacklogRow[]): { open: BacklogRow[]; well: BacklogRow[] } {
  const isWell = ({ diagnosis }: BacklogRow) => diagnosis === 'current' || diagnosis === 'no_data'
  return { open: rows.filter((row) => !isWell(row)), well: rows.filter(isWell) }
}
