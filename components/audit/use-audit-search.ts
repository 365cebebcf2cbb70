'use client'
import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryState, useQueryStates } from 'nuqs'
import { rangeEnds, apiRange, useFilter, useRange } from '@/components/view'

const hour = 3_600_000
const lastMs = { '1h': hour, '24h': 24 * hour, '7d': 168 * hour, '30d': 720 * hour } as const

export const periods = ['any', '1h', '24h', '7d', '30d', 'view'] as const
export type Period = (typeof periods)[number]

const parsers = {
  actor: parseAsString,
  action: parseAsString,
  object: parseAsString,
  during: parseAsStringLiteral(periods).withDefault('any'),
}

/** The search, all of it in the URL. */
export function useAuditSearch() {
  const [text, setText] = useFilter()
  const [fields, setFields] = useQueryStates(parsers)
  const isFiltered =
    text !== '' || fields.during !== 'any' || [fields.actor, fields.action, fields.object].some(Boolean)
  const clear = () => {
    void setText(null)
    void setFields(null)
  }
  return { ...fields, text, setText, setFields, isFiltered, clear }
}

export function useOpenedEntry() {
  return useQueryState('entry', parseAsInteger)
}

/** The period as instants; `view` is the range in the header. To the minute, so that time passing asks nothing anew. */
export function usePeriod(during: Period, now: number): { from: number | null; to: number | null } {
  const [range] = useRange()
  const minute = Math.floor(now / 60_000) * 60_000
  if (during === 'any') return { from: null, to: null }
  if (during !== 'view') return { from: minute - lastMs[during], to: null }
  return range.kind === 'custom'
    ? { from: range.from, to: range.to }
    : { from: rangeEnds(apiRange(range, null, minute), minute).from, to: null }
}
