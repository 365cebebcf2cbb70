'use client'
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { useFilter } from '@/components/view'
import type { ObjectiveStatus } from '@/server/api'
import { isFiltered } from './matches'

export const objectiveStatuses = [
  'exhausted',
  'burning',
  'met',
  'low_traffic',
  'no_data',
] as const satisfies ObjectiveStatus[]

/** What the list shows, in the address: a copied link shows the same rows. */
export function useObjectiveSearch() {
  const [text, setText] = useFilter()
  const [status, setStatus] = useQueryState('status', parseAsStringLiteral(objectiveStatuses))
  const [owner, setOwner] = useQueryState('owner', parseAsString)
  const [indicator, setIndicator] = useQueryState('indicator', parseAsString)
  const filter = { text, status, owner, indicator }
  const clear = () => {
    void setText('')
    void setStatus(null)
    void setOwner(null)
    void setIndicator(null)
  }
  return { filter, isFiltered: isFiltered(filter), setText, setStatus, setOwner, setIndicator, clear }
}
