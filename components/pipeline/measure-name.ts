import type { MeasureInfo } from '@/server/api'

/** What a measure says, in words: "flights, count", "delay_p95, 95th percentile of data.delay". */
export function describeMeasure({ kind, of, q }: MeasureInfo): string {
  if (kind === 'count') return of ? `count where ${of}` : 'count'
  if (kind === 'quantile') return `${ordinal((q ?? 0.5) * 100)} percentile of ${of ?? ''}`
  return `${kind} of ${of ?? ''}`
}

function ordinal(n: number): string {
  const text = String(Math.round(n * 100) / 100)
  if (text.includes('.') || (n >= 11 && n <= 13)) return `${text}th`
  const ends: Record<string, string> = { '1': 'st', '2': 'nd', '3': 'rd' }
  return text + (ends[text.at(-1) ?? ''] ?? 'th')
}

/** The measure to open with: the plain count where there is one, else one that adds up, else the first. */
export function firstMeasure(measures: MeasureInfo[]): MeasureInfo | null {
  return (
    measures.find(({ kind, of }) => kind === 'count' && of === null) ??
    measures.find(isAdditive) ??
    measures[0] ??
    null
  )
}

/** Counts and sums add up over keys, so that a share and a zero line mean something. */
export const isAdditive = ({ kind }: MeasureInfo): boolean => kind === 'count' || kind === 'sum'
